#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A regular file opened for reading at any offset, through the caller's buffer: memory does not grow with the size of
/// the file.
package final class InputFile: Sendable {
  package let path: String
  package let byteCount: Int
  private let descriptor: Int32

  /// - Throws: `FileSystemError`; also for directories, pipes and devices.
  package init(path: String) throws(FileSystemError) {
    // Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileSystemError(code: errno, operation: "open", path: path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw FileSystemError(code: code, operation: "look at", path: path)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .failed(operation: "read", path: path, reason: "it is not a regular file")
    }
    self.path = path
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// The file's identity now, as the open descriptor sees it.
  package func identity() throws(FileSystemError) -> FileIdentity {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileSystemError(code: errno, operation: "look at", path: path) }
    return FileIdentity(status)
  }

  /// Fills as much of `buffer` as the file holds from `offset` on.
  ///
  /// - Returns: bytes read; fewer than `buffer.count` only at the end of the file.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileSystemError) -> Int {
    var count = 0
    while count < buffer.count {
      let got = pread(
        descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count, off_t(offset + count))
      if got == 0 { break }
      if got > 0 {
        count += got
      } else if errno != EINTR {
        throw FileSystemError(code: errno, operation: "read", path: path)
      }
    }
    return count
  }

  /// The `count` bytes from `offset` on, or `nil` where the file ends before.
  package func bytes(at offset: Int, count: Int) throws(FileSystemError) -> [UInt8]? {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    let got: Result<Int, FileSystemError> = bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(FileSystemError) in try read(into: buffer, at: offset) }
    }
    return try got.get() == count ? bytes : nil
  }

  /// At most `count` bytes from `offset` on: fewer where the file, as long as it is now, ends before.
  package func bytes(at offset: Int, upTo count: Int) throws(FileSystemError) -> [UInt8] {
    guard offset >= 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    let got: Result<Int, FileSystemError> = bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(FileSystemError) in try read(into: buffer, at: offset) }
    }
    bytes.removeLast(count - (try got.get()))
    return bytes
  }
}
