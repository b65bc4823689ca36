import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A signal ended the work, which cleaned up after itself.
struct Interruption: Error, CustomStringConvertible {
  let signal: Int32
  /// What became of the work.
  let outcome: String
  var description: String { "interrupted; \(outcome)" }
}

/// Work that cleans up after itself when it is cancelled: SIGINT and SIGTERM cancel it instead of ending the process.
enum Interruptible {
  /// - Throws: `Interruption`, and what `body` throws.
  ///
  /// - Parameter outcome: what an interruption leaves behind, given what `body` threw because of it.
  static func run(
    outcome: (any Error) -> String = { _ in "nothing was left half-made" },
    _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    // This comes before the work begins: there is something to clean up from its first moment.
    let received = Received()
    let registration = DispatchGroup()
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { received.receive(number) }
      registration.enter()
      source.setRegistrationHandler { registration.leave() }
      source.resume()
      return source
    }
    defer {
      for (source, number) in zip(sources, [SIGINT, SIGTERM]) {
        source.cancel()
        signal(number, SIG_DFL)
      }
    }
    // A signal that comes before its source listens is lost.
    await withCheckedContinuation { continuation in
      registration.notify(queue: .global()) { continuation.resume() }
    }
    let task = Task { try await body() }
    received.cancels(task)
    do {
      try await task.value
    } catch {
      // However the work reacted to being cancelled, this is the reason.
      let number = received.signal
      throw number == 0 ? error : Interruption(signal: number, outcome: outcome(error))
    }
  }

  private final class Received: Sendable {
    private let state = Mutex((signal: Int32(0), task: Task<Void, any Error>?.none))

    /// The signal received; 0 where there was none.
    var signal: Int32 { state.withLock { $0.signal } }

    func receive(_ number: Int32) {
      state.withLock { state in
        state.signal = number
        state.task?.cancel()
      }
    }

    /// Cancels the task when a signal comes, or if one has come already.
    func cancels(_ task: Task<Void, any Error>) {
      state.withLock { state in
        state.task = task
        if state.signal != 0 { task.cancel() }
      }
    }
  }
}
