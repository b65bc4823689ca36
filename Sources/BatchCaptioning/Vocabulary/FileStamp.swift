package import ModelFiles
package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What distinguishes a file, without reading it, from another that has taken its name: its size and modification time.
package struct FileStamp: Sendable, Equatable {
  package var byteCount: Int64
  /// The modification time in nanoseconds since 1970.
  package var modified: Int64

  package init(byteCount: Int64, modified: Int64) {
    self.byteCount = byteCount
    self.modified = modified
  }

  package init(_ identity: FileIdentity) {
    self.init(byteCount: identity.byteCount, modified: identity.modified)
  }

  /// The stamp of the file at `path`, links followed; `nil` where there is none that can be looked at.
  package init?(_ path: FilePath) {
    var status = stat()
    guard path.withPlatformString({ stat($0, &status) }) == 0 else { return nil }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    self.init(
      byteCount: Int64(status.st_size), modified: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
  }
}
