import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A signal ended the work, in good order.
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
    let task = Task { try await body() }
    let received = Received()
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        received.signal.store(number, ordering: .relaxed)
        task.cancel()
      }
      source.resume()
      return source
    }
    defer {
      for (source, number) in zip(sources, [SIGINT, SIGTERM]) {
        source.cancel()
        signal(number, SIG_DFL)
      }
    }
    do {
      try await task.value
    } catch {
      // Whatever the work made of being cancelled, this is why.
      let number = received.signal.load(ordering: .relaxed)
      throw number == 0 ? error : Interruption(signal: number, outcome: outcome(error))
    }
  }

  private final class Received: Sendable {
    let signal = Atomic<Int32>(0)
  }
}
