#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A new file being written. Nobody relies on it before `finish` has returned.
package final class OutputFile {
  package let path: String
  private var descriptor: Int32

  /// - Throws: `FileSystemError`, also where `path` exists already: nothing is ever overwritten in place.
  package init(path: String) throws(FileSystemError) {
    self.path = path
    // The umask decides what others may do with it.
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileSystemError(code: errno, operation: "create", path: path) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  package func write(_ bytes: [UInt8]) throws(FileSystemError) {
    // Through a result: a closure's error loses its type.
    let written: Result<Void, FileSystemError> = bytes.withUnsafeBytes { bytes in
      Result { () throws(FileSystemError) in try write(bytes) }
    }
    try written.get()
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
    var count = 0
    while count < bytes.count {
      let written = Self.systemWrite(descriptor, bytes.baseAddress.map { $0 + count }, bytes.count - count)
      if written >= 0 {
        count += written
      } else if errno != EINTR {
        throw FileSystemError(code: errno, operation: "write", path: path)
      }
    }
  }

  /// Waits until the content is on the disk (a power cut after the renaming must not leave an empty file), then closes.
  package func finish() throws(FileSystemError) {
    let synchronized = fsync(descriptor)
    let code = errno
    let closed = close(descriptor)
    descriptor = -1
    // Some file systems report a full disk only here.
    if synchronized != 0 { throw FileSystemError(code: code, operation: "write", path: path) }
    if closed != 0 { throw FileSystemError(code: errno, operation: "write", path: path) }
  }

  private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, bytes, count)
    #else
      Darwin.write(descriptor, bytes, count)
    #endif
  }
}
