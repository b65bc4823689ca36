import Dispatch

/// A thread of its own for tasks that read files or compute: they would hold up all others on the threads that Swift's
/// tasks share, of which there are no more than processors.
package final class StageThread: TaskExecutor {
  private let queue: DispatchQueue

  package init(_ name: String) {
    queue = DispatchQueue(label: "caption.\(name)")
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// The same for an actor.
final class ActorThread: SerialExecutor {
  private let queue: DispatchQueue

  init(_ name: String) {
    queue = DispatchQueue(label: "caption.\(name)")
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
