#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that grows by writing at offsets that the caller chooses; what was there before is kept.
package final class RecordFile: Sendable {
  package let path: String
  private let descriptor: Int32

  /// Opens the file, or creates it empty.
  package init(path: String) throws(FileSystemError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileSystemError(code: errno, operation: "create", path: path) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  package func write(_ bytes: [UInt8], at offset: Int) throws(FileSystemError) {
    // Through a result: a closure's error loses its type.
    let written: Result<Void, FileSystemError> = bytes.withUnsafeBytes { bytes in
      Result { () throws(FileSystemError) in try write(bytes, at: offset) }
    }
    try written.get()
  }

  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileSystemError) {
    var count = 0
    while count < bytes.count {
      let written = pwrite(
        descriptor, bytes.baseAddress.map { $0 + count }, bytes.count - count, off_t(offset + count))
      if written >= 0 {
        count += written
      } else if errno != EINTR {
        throw FileSystemError(code: errno, operation: "write", path: path)
      }
    }
  }

  /// Cuts off what lies behind the first `byteCount` bytes. Nobody may have mapped it.
  package func truncate(to byteCount: Int) throws(FileSystemError) {
    while ftruncate(descriptor, off_t(byteCount)) != 0 {
      if errno != EINTR { throw FileSystemError(code: errno, operation: "shorten", path: path) }
    }
  }

  /// Waits until what was written is on the disk.
  package func synchronize() throws(FileSystemError) {
    guard fsync(descriptor) == 0 else { throw FileSystemError(code: errno, operation: "write", path: path) }
  }
}
