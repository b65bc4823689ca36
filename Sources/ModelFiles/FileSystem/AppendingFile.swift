#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that grows at its end by whole records.
///
/// Each record is handed to the system at once: a process that is killed loses none of them. A loss of power may tear the
/// last, for nothing here waits for the disk.
package final class AppendingFile: Sendable {
  package let path: String
  private let descriptor: Int32

  /// - Parameter isNew: the file must not exist yet; else it is created where there is none.
  /// - Throws: `FileSystemError`.
  package init(path: String, isNew: Bool = false) throws(FileSystemError) {
    self.path = path
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (isNew ? O_EXCL : 0)
    descriptor = open(path, flags, 0o666)
    guard descriptor >= 0 else { throw FileSystemError(code: errno, operation: "create", path: path) }
  }

  deinit { close(descriptor) }

  /// Appends all of `bytes` or, if the file system allows it, nothing: on a full disk an incomplete record is cut off
  /// again, so that the file stays readable.
  ///
  /// - Throws: `FileSystemError`.
  package func append(_ bytes: [UInt8]) throws(FileSystemError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileSystemError(code: errno, operation: "look at", path: path) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if errno != EINTR {
        let code = errno
        _ = ftruncate(descriptor, status.st_size)
        throw FileSystemError(code: code, operation: "write", path: path)
      }
    }
  }
}
