#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Values that distinguish one state of a file from another without reading it.
///
/// Besides size and modification time there is the time of the last status change, which nobody can set back: a file
/// altered in place whose modification time was restored afterwards is seen to differ.
package struct FileIdentity: Sendable, Hashable {
  package let device: UInt64
  package let inode: UInt64
  package let byteCount: Int64
  /// Nanoseconds since 1970.
  package let modified: Int64
  /// Nanoseconds since 1970.
  package let statusChanged: Int64

  package init(device: UInt64, inode: UInt64, byteCount: Int64, modified: Int64, statusChanged: Int64) {
    self.device = device
    self.inode = inode
    self.byteCount = byteCount
    self.modified = modified
    self.statusChanged = statusChanged
  }

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    byteCount = Int64(status.st_size)
    #if canImport(Darwin)
      modified = Self.nanoseconds(status.st_mtimespec)
      statusChanged = Self.nanoseconds(status.st_ctimespec)
    #else
      modified = Self.nanoseconds(status.st_mtim)
      statusChanged = Self.nanoseconds(status.st_ctim)
    #endif
  }

  /// The file at `path`, symbolic links followed.
  package init(path: String) throws(FileSystemError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileSystemError(code: errno, operation: "look at", path: path) }
    self.init(status)
  }

  /// The open file.
  package init(descriptor: Int32) throws(FileSystemError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FileSystemError(code: errno, operation: "look at", path: "file \(descriptor)")
    }
    self.init(status)
  }

  /// Wraps around for times that no clock shows, rather than trapping.
  static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
