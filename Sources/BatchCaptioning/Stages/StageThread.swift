import DequeModule
import Dispatch
import Synchronization
package import Tensors

/// A separate thread for tasks that read files or compute: they would block all others on the threads that Swift's
/// tasks share, of which there are no more than processors.
package final class StageThread: TaskExecutor {
  private let jobs: JobThread

  /// - Throws: `TooFewThreads`.
  package init() throws(TooFewThreads) {
    jobs = try JobThread()
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.enqueue { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// The same for an actor.
final class ActorThread: SerialExecutor {
  private let jobs: JobThread

  /// - Throws: `TooFewThreads`.
  init() throws(TooFewThreads) {
    jobs = try JobThread()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.enqueue { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}

/// One thread, and the jobs that wait for it. Dispatch's queues would do but for memory: they start a thread whenever
/// all existing ones happen to be busy, so that a longer run has more stacks.
private final class JobThread: Sendable {
  private let line = Line()

  /// What the thread itself holds: the thread ends when the executor is gone and all jobs are done.
  private final class Line: Sendable {
    private let state = Mutex((jobs: Deque<@Sendable () -> Void>(), isClosed: false))
    private let waiting = DispatchSemaphore(value: 0)

    func append(_ job: @escaping @Sendable () -> Void) {
      state.withLock { $0.jobs.append(job) }
      waiting.signal()
    }

    func close() {
      state.withLock { $0.isClosed = true }
      waiting.signal()
    }

    func run() {
      while true {
        waiting.wait()
        let (job, isClosed) = state.withLock { ($0.jobs.popFirst(), $0.isClosed) }
        if let job { job() } else if isClosed { return }
      }
    }
  }

  init() throws(TooFewThreads) {
    try OwnThread.start { [line] in line.run() }
  }

  deinit { line.close() }

  /// - Parameter job: keeps the executor alive until it has run.
  func enqueue(_ job: @escaping @Sendable () -> Void) { line.append(job) }
}
