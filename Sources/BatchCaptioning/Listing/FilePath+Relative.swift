package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension FilePath {
  /// The path from the root, without `.` and `..`; links are not resolved.
  package var absolute: FilePath {
    isAbsolute ? lexicallyNormalized() : FilePath.currentDirectory.pushing(self).lexicallyNormalized()
  }

  /// The path from a directory to this path; both absolute.
  package func relative(to directory: FilePath) -> FilePath {
    let (from, to) = (Array(directory.components), Array(components))
    let common = zip(from, to).prefix { $0 == $1 }.count
    let up = Array(repeating: FilePath.Component(".."), count: from.count - common)
    return FilePath(root: nil, up + to[common...])
  }

  private static var currentDirectory: FilePath {
    guard let current = getcwd(nil, 0) else { return "/" }
    defer { free(current) }
    return FilePath(platformString: current)
  }
}
