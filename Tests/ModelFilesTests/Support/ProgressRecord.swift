import ModelFiles
import Synchronization

/// What pulls reported, from any thread.
final class ProgressRecord: Sendable {
  private let recorded = Mutex<[PullProgress]>([])

  var events: [PullProgress] { recorded.withLock { $0 } }

  func append(_ progress: PullProgress) { recorded.withLock { $0.append(progress) } }
}
