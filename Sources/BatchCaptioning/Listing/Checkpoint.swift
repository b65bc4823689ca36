/// A point at which listing may be cancelled: between any two files, however many pass before one is listed.
final class Checkpoint {
  private static let interval = 4096
  private let isCancelled: () -> Bool
  private var steps = 0

  init(isCancelled: @escaping () -> Bool) {
    self.isCancelled = isCancelled
  }

  /// Asks whether the task is cancelled, once in a few thousand calls.
  ///
  /// - Throws: `CancellationError`.
  func pass() throws(CancellationError) {
    steps += 1
    if steps == Self.interval { try ask() }
  }

  /// - Throws: `CancellationError`.
  func ask() throws(CancellationError) {
    steps = 0
    if isCancelled() { throw CancellationError() }
  }
}
