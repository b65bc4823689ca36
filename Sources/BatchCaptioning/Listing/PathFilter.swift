/// Which files of directories and shards are taken. Files that were given by name are taken whatever their names.
package struct PathFilter: Sendable, Equatable {
  /// If there are any, one of these has to match. Paths are relative to the directory that was given; in a shard they
  /// are the members' names.
  package var includes: [Glob] = []
  /// None of these may match the file, a directory above it, or the shard.
  package var excludes: [Glob] = []

  package init(includes: [Glob] = [], excludes: [Glob] = []) {
    self.includes = includes
    self.excludes = excludes
  }

  func includes(_ path: [UInt8]) -> Bool { includes.isEmpty || includes.contains { $0.matches(path) } }

  func excludes(_ path: [UInt8]) -> Bool { excludes.contains { $0.matches(path) } }

  /// Whether a path is excluded, itself or by a directory above it: for paths whose directories were not checked.
  func excludesAnyOf(_ path: [UInt8]) -> Bool {
    if excludes.isEmpty { return false }
    let slashes = path.indices.filter { path[$0] == UInt8(ascii: "/") && $0 > 0 }
    return excludes(path) || slashes.contains { excludes(Array(path[..<$0])) }
  }
}
