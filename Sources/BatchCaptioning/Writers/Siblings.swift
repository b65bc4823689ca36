import Digests
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Says whether images of the same stem are in one directory (`a.jpg`, `a.png`), whose sidecars would have one name.
///
/// Keeps the result for one directory, so images of the same directory should follow each other.
struct Siblings {
  private var directory: FilePath?
  /// Stems that several images of the directory have.
  private var shared: Set<ImageKey> = []

  /// Whether another image has the same stem. Images in shards have none: the names there are the samples' own.
  mutating func hasNamesake(_ image: ListedImage) -> Bool {
    guard case .file = image.content, let name = image.path.lastComponent else { return false }
    let parent = image.path.removingLastComponent()
    if directory != parent {
      directory = parent
      shared = Self.sharedStems(in: parent)
    }
    return !shared.isEmpty && shared.contains(Self.key(FilePath(root: nil, [name])))
  }

  private static func sharedStems(in directory: FilePath) -> Set<ImageKey> {
    let path: FilePath = directory.isEmpty ? "." : directory
    guard let stream = path.withPlatformString({ opendir($0) }) else { return [] }
    defer { closedir(stream) }
    // Keys, not names: a directory may hold millions of images.
    var (seen, shared) = (Set<ImageKey>(), Set<ImageKey>())
    while let entry = readdir(stream) {
      let name = FilePath(bytes: withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) })
      guard name.hasImageExtension else { continue }
      let key = key(name)
      if !seen.insert(key).inserted { shared.insert(key) }
    }
    return shared
  }

  private static func key(_ name: FilePath) -> ImageKey { ImageKey(digest: MessageDigest.hash(name.stemBytes)) }
}
