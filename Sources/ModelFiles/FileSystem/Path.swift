#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Paths as text, split at "/".
package enum Path {
  package static func isAbsolute(_ path: String) -> Bool { path.utf8.first == separator }

  package static func join(_ directory: String, _ name: String) -> String {
    directory.utf8.last == separator ? directory + name : directory + "/" + name
  }

  /// The directory that holds `path`: "/" for "/a" and for "/", "." for "a".
  package static func parent(_ path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let slash = trimmed.utf8.lastIndex(of: separator) else { return trimmed.isEmpty ? "/" : "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// The last component.
  package static func name(_ path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let slash = trimmed.utf8.lastIndex(of: separator) else { return String(trimmed) }
    return String(trimmed[trimmed.utf8.index(after: slash)...])
  }

  /// `path` itself if absolute, else under the current directory.
  package static func absolute(_ path: String) -> String {
    if isAbsolute(path) { return path }
    guard let current = getcwd(nil, 0) else { return path }
    defer { free(current) }
    return join(String(cString: current), path)
  }

  /// A single ordinary component: neither empty nor "." nor "..", without "/" and NUL.
  package static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(separator) && !name.utf8.contains(0)
  }

  // Bytes, not characters: a combining mark after "/" would make another character of it.
  private static let separator = UInt8(ascii: "/")

  private static func withoutTrailingSlashes(_ path: String) -> Substring {
    let end = path.utf8.lastIndex { $0 != separator }.map { path.utf8.index(after: $0) } ?? path.startIndex
    return path[..<end]
  }
}
