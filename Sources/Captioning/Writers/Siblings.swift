import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Tells whether images of the same stem lie in one directory (`a.jpg`, `a.png`), whose sidecars would have one name.
struct Siblings {
  private var directory: FilePath?
  /// How many images of each stem the directory has.
  private var stems: [[UInt8]: Int] = [:]

  /// Images in shards have namesakes only by way of their formats; the names there are the samples' own.
  mutating func hasNamesake(_ image: ListedImage) -> Bool {
    guard case .file = image.content, let name = image.path.lastComponent else { return false }
    let parent = image.path.removingLastComponent()
    if directory != parent {
      directory = parent
      stems = Self.stems(in: parent)
    }
    return stems[Self.stem(FilePath(root: nil, [name])), default: 0] > 1
  }

  private static func stems(in directory: FilePath) -> [[UInt8]: Int] {
    let path: FilePath = directory.isEmpty ? "." : directory
    guard let stream = path.withPlatformString({ opendir($0) }) else { return [:] }
    defer { closedir(stream) }
    var stems: [[UInt8]: Int] = [:]
    while let entry = readdir(stream) {
      let name = FilePath(bytes: withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) })
      if name.hasImageExtension { stems[stem(name), default: 0] += 1 }
    }
    return stems
  }

  private static func stem(_ name: FilePath) -> [UInt8] {
    let bytes = name.bytes
    return bytes.lastIndex(of: UInt8(ascii: ".")).flatMap { $0 > 0 ? Array(bytes[..<$0]) : nil } ?? bytes
  }
}
