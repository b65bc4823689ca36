#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Paths as text, split at "/", and the file system's information on them.
enum DatasetPath {
  static let imageExtensions = ["jpg", "jpeg", "png", "webp"]

  static func join(_ directory: String, _ name: String) -> String {
    if name.hasPrefix("/") || directory.isEmpty { return name }
    return directory.hasSuffix("/") ? directory + name : directory + "/" + name
  }

  /// `path` without redundant components: `./a//b` is `a/b`.
  static func plain(_ path: String) -> String {
    guard path.hasPrefix("./") || path.contains("/./") || path.contains("//") else { return path }
    let plain = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    return path.hasPrefix("/") ? "/" + plain : plain
  }

  /// The last component.
  static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The directory that holds `path`: "." for "a".
  static func parent(_ path: String) -> String {
    var trimmed = path[...]
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// The extension in lower case, without the dot; empty where there is none.
  static func fileExtension(_ path: String) -> String {
    let name = name(path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// `path` without its extension and the dot.
  static func withoutExtension(_ path: String) -> String {
    let count = fileExtension(path).count
    return count == 0 ? path : String(path.dropLast(count + 1))
  }

  /// The possible full names of an image named without its extension; none for a name that has one.
  static func namesWithExtension(_ name: String) -> [String] {
    isImage(name) ? [] : imageExtensions.map { "\(name).\($0)" }
  }

  static func isImage(_ path: String) -> Bool { imageExtensions.contains(fileExtension(path)) }

  enum Kind { case file, directory, other }

  /// The kind of what is at the path, links followed; `nil` for nothing.
  static func kind(_ path: String) -> Kind? {
    var status = stat()
    guard !path.utf8.contains(0), stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .directory
    default: return .other
    }
  }

  /// What distinguishes a directory from all others, whatever path leads to it.
  struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  static func identity(_ path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(status.st_ino))
  }

  /// The names in a directory in byte order, without hidden ones: the same on every machine.
  static func entries(of directory: String) throws(DatasetError) -> [String] {
    guard let stream = opendir(directory) else {
      throw .cannotRead(path: directory, reason: systemErrorMessage(errno))
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// The system's message for a failed call.
func systemErrorMessage(_ code: Int32) -> String {
  // Unlike `strerror`, this shares no buffer among threads.
  var buffer = [CChar](repeating: 0, count: 256)
  guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
