import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A signal ended the work; everything begun was undone.
struct Interruption: Error, CustomStringConvertible {
  let signal: Int32
  var description: String { "interrupted; nothing was left half-made" }
}

/// Work that cleans up after itself when it is cancelled: SIGINT and SIGTERM cancel it instead of ending the process.
enum Interruptible {
  /// - Throws: `Interruption`, and what `body` throws.
  static func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
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
      throw number == 0 ? error : Interruption(signal: number)
    }
  }

  private final class Received: Sendable {
    let signal = Atomic<Int32>(0)
  }
}
