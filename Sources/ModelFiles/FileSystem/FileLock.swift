#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An advisory lock on a file (`flock`). The kernel releases it when the process ends, however it ends.
package final class FileLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock if nobody holds it.
  ///
  /// - Returns: `nil` while another holds it, in this process or in any other.
  package static func attempt(path: String) throws(FileSystemError) -> FileLock? {
    let descriptor = try openFile(path)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      close(descriptor)
      if code == EWOULDBLOCK { return nil }
      throw FileSystemError(code: code, operation: "lock", path: path)
    }
    return FileLock(descriptor: descriptor)
  }

  /// Takes the lock, blocking the thread until nobody else has it: for locks that are held for moments only.
  package static func wait(path: String) throws(FileSystemError) -> FileLock {
    let descriptor = try openFile(path)
    while flock(descriptor, LOCK_EX) != 0 {
      let code = errno
      if code == EINTR { continue }
      close(descriptor)
      throw FileSystemError(code: code, operation: "lock", path: path)
    }
    return FileLock(descriptor: descriptor)
  }

  /// Takes the lock, waiting for its holder without occupying a thread.
  ///
  /// - Parameter waiting: called once if there is somebody to wait for.
  /// - Throws: `FileSystemError`; `CancellationError` when the task is cancelled meanwhile.
  package static func acquire(path: String, waiting: () -> Void) async throws -> FileLock {
    var told = false
    while true {
      if let lock = try attempt(path: path) { return lock }
      if !told { waiting() }
      told = true
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private static func openFile(_ path: String) throws(FileSystemError) -> Int32 {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileSystemError(code: errno, operation: "create", path: path) }
    return descriptor
  }

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit {
    // A process that is just being started may have the descriptor for a moment longer, and with it the lock.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
