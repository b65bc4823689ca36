import Synchronization
package import SystemPackage

/// A run's progress, which any thread may read.
package final class BatchProgress: Sendable {
  private let state: Mutex<Snapshot>
  private let meters: [BatchStage: StageMeter]

  package init(resumed: BatchTally = BatchTally()) {
    state = Mutex(Snapshot(before: resumed))
    meters = Dictionary(uniqueKeysWithValues: BatchStage.allCases.map { ($0, StageMeter()) })
  }

  package struct Snapshot: Sendable {
    /// The counts of earlier runs.
    package let before: BatchTally
    /// The counts of this run. An image that failed before and is captioned now counts as captioned.
    package fileprivate(set) var tally = BatchTally()
    /// The number of captioned images whose content was captioned before.
    package fileprivate(set) var copies = 0
    /// The number of images done that had failed before.
    package fileprivate(set) var retried = 0
    /// The number of listed images that this run found done.
    package fileprivate(set) var resumed = 0
    /// The number of these that an output lacked, and has now.
    package fileprivate(set) var writtenAgain = 0
    /// The number of captioned images whose files had been replaced by others.
    package fileprivate(set) var replaced = 0
    /// The number of images in the whole list, once they are counted.
    package fileprivate(set) var listed: Int?
    /// The image that was done last.
    package fileprivate(set) var current: FilePath?
    package fileprivate(set) var stages: [BatchStage: StageReading] = [:]

    init(before: BatchTally) { self.before = before }
  }

  package struct StageReading: Sendable {
    package let images: Int
    /// The time that all the stage's workers together were busy, in seconds.
    package let busySeconds: Double
    /// The rate of the stage alone, with one worker; `nil` before the first image.
    package var imagesPerSecond: Double? { busySeconds > 0 && images > 0 ? Double(images) / busySeconds : nil }
  }

  package var snapshot: Snapshot {
    var snapshot = state.withLock { $0 }
    snapshot.stages = meters.mapValues { meter in
      let (images, busy) = meter.reading
      return StageReading(images: images, busySeconds: busy.seconds)
    }
    return snapshot
  }

  /// Sets how many images the list has.
  package func setListed(_ count: Int) { state.withLock { $0.listed = count } }

  func meter(_ stage: BatchStage) -> StageMeter { meters[stage] ?? StageMeter() }

  func foundDone() { state.withLock { $0.resumed += 1 } }

  /// - Parameter again: why the image was done again.
  func count(_ image: FinishedImage, isCopy: Bool, again: AgainTask?) {
    guard let again, again.earlier.caption != nil, image.caption != nil, image.replaced == nil else {
      if image.replaced != nil, image.caption != nil { state.withLock { $0.replaced += 1 } }
      return count(image.outcome, path: image.path, isRetry: image.isRetry, isCopy: isCopy)
    }
    state.withLock { state in
      state.resumed += 1
      if image.isRetry { state.retried += 1 }
      if again.lacking != 0 { state.writtenAgain += 1 }
      state.current = image.path
    }
  }

  func count(_ outcome: FinishedImage.Outcome, path: FilePath, isRetry: Bool, isCopy: Bool) {
    state.withLock { state in
      switch outcome {
      case .captioned(let caption):
        if caption.reason == nil { state.tally.captioned += 1 } else { state.tally.unsure += 1 }
      case .failed: state.tally.failed += 1
      case .skipped: state.tally.skipped += 1
      case .present: state.tally.present += 1
      }
      if isRetry { state.retried += 1 }
      if isCopy { state.copies += 1 }
      state.current = path
    }
  }
}
