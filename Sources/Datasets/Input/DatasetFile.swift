#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A regular file opened for reading at any offset; closed when its last reference is released.
package final class DatasetFile: Sendable {
  let path: String
  package let byteCount: Int
  private let descriptor: Int32

  /// - Throws: `DatasetError.cannotRead`; also for directories, pipes and devices.
  convenience init(path: String) throws(DatasetError) {
    guard !path.utf8.contains(0) else { throw .cannotRead(path: path, reason: "the path contains a NUL character") }
    // Without O_NONBLOCK, opening a pipe would wait until something writes into it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .cannotRead(path: path, reason: systemErrorMessage(errno)) }
    try self.init(descriptor: descriptor, path: path)
  }

  /// Takes over an open file: the caller must not close it.
  ///
  /// - Parameter path: the path for messages.
  /// - Throws: `DatasetError.cannotRead`; also for directories, pipes and devices.
  package init(descriptor: Int32, path: String) throws(DatasetError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw .cannotRead(path: path, reason: systemErrorMessage(code))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .cannotRead(path: path, reason: "it is not a regular file")
    }
    self.path = path
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// The `count` bytes from `offset` on; fewer only where the file ends before.
  package func bytes(at offset: Int, count: Int) throws(DatasetError) -> [UInt8] {
    let count = max(0, min(count, byteCount - offset))
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(
          descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
        if got > 0 {
          filled += got
        } else if got == 0 {
          break
        } else if errno != EINTR {
          failure = errno
          break
        }
      }
    }
    guard failure == 0 else { throw .cannotRead(path: path, reason: systemErrorMessage(failure)) }
    return bytes
  }
}
