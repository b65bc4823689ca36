package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

package struct ImageListing: Sendable {
  package var paths: [FilePath]
  package init(paths: [FilePath]) { self.paths = paths }
  package var roots: [FilePath] { paths }
  package func count() throws -> Int {
    var lister = try ImageLister(self)
    var count = 0
    while try lister.next() != nil { count += 1 }
    return count
  }
}

package struct ImageLister: ImageSource {
  private var stack: [FilePath]
  private var ordinal = 0
  package init(_ listing: ImageListing) throws { stack = listing.paths.reversed() }
  package mutating func next() throws -> ListedImage? {
    while let path = stack.popLast() {
      if let stream = path.withPlatformString({ opendir($0) }) {
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
          let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
          if name.first != 0x2E { names.append(name) }
        }
        closedir(stream)
        names.sort { $1.lexicographicallyPrecedes($0) }
        stack += names.map { path.appending(FilePath(bytes: $0).components) }
        continue
      }
      defer { ordinal += 1 }
      return ListedImage(ordinal: ordinal, path: path, content: .file)
    }
    return nil
  }
}
