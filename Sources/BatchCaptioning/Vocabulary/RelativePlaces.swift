package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Names places by their paths from the directory that a journal is in, links resolved. So a place has one name however
/// its path is spelled and whatever the working directory is, and keeps it when the directory is moved with its
/// content.
package struct RelativePlaces: Sendable {
  private let base: FilePath
  /// The directory that was asked for last: images of one directory usually follow each other.
  private var directory: FilePath?
  private var relative: FilePath = ""

  /// - Parameter journal: the journal's directory, which need not exist.
  package init(journal: FilePath) {
    base = Self.resolved(journal.removingLastComponent())
  }

  /// The place of a file, which need not exist. A link in its directory's path is resolved, but not the file itself.
  package mutating func place(of path: FilePath) -> FilePath {
    let path = Self.endsInName(path) ? path : path.absolute
    guard let name = path.lastComponent else { return path }
    let parent = path.removingLastComponent()
    if parent != directory {
      directory = parent
      relative = Self.resolved(parent).relative(to: base)
    }
    return relative.appending(name)
  }

  private static func endsInName(_ path: FilePath) -> Bool { path.lastComponent?.kind == .regular }

  /// The directory with links resolved, as far as it exists.
  private static func resolved(_ directory: FilePath) -> FilePath {
    let path: FilePath = directory.isEmpty ? "." : directory
    if let real = path.withPlatformString({ realpath($0, nil) }) {
      defer { free(real) }
      return FilePath(platformString: real)
    }
    let absolute = path.absolute
    guard let name = absolute.lastComponent else { return absolute }
    return resolved(absolute.removingLastComponent()).appending(name)
  }
}
