import Synchronization

/// The stages that images go through.
package enum BatchStage: String, Sendable, CaseIterable {
  /// Reading and decoding the file, and resizing it for the encoder.
  case prepare
  case encode
  case map
  case generate
  case write
}

/// Measures how long a stage was busy, over all its workers, and with how many images.
package final class StageMeter: Sendable {
  private let state = Mutex((images: 0, busy: Duration.zero))

  package init() {}

  func add(images: Int, _ busy: Duration) {
    state.withLock { state in
      state.images += images
      state.busy += busy
    }
  }

  /// Runs `body`, and adds its time.
  func measure<Result, Failure: Error>(
    images: Int, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> (result: Result, milliseconds: Double) {
    let start = ContinuousClock.now
    let result = try body()
    let elapsed = ContinuousClock.now - start
    add(images: images, elapsed)
    return (result, elapsed.milliseconds)
  }

  var reading: (images: Int, busy: Duration) { state.withLock { $0 } }
}

extension Duration {
  package var milliseconds: Double { seconds * 1e3 }

  package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
