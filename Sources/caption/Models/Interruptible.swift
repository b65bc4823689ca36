import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Work that cleans up after itself when it is cancelled: SIGINT and SIGTERM cancel it instead of ending the process.
enum Interruptible {
  static func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task { try await body() }
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { task.cancel() }
      source.resume()
      return source
    }
    defer {
      for (source, number) in zip(sources, [SIGINT, SIGTERM]) {
        source.cancel()
        signal(number, SIG_DFL)
      }
    }
    try await task.value
  }
}
