import Digests
import SystemPackage

/// The journal's key of an image: the first half of the SHA-256 of its file's place, and of its place in a shard.
package struct ImageKey: Sendable, Hashable {
  package static let byteCount = 16

  let high: UInt64
  let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// - Parameter places: gives a file one place, however its path is spelled.
  package init(_ image: ListedImage, _ places: inout RelativePlaces) {
    if case .shardSample(let sample) = image.content {
      let shard = places.place(of: sample.shard).bytes
      self.init(image, path: shard + image.path.bytes.dropFirst(sample.shard.bytes.count))
    } else {
      self.init(image, path: places.place(of: image.path).bytes)
    }
  }

  /// The key of the path as it is listed.
  package init(_ image: ListedImage) { self.init(image, path: image.path.bytes) }

  private init(_ image: ListedImage, path: [UInt8]) {
    var bytes = path
    if case .shardSample(let sample) = image.content {
      // No path holds a NUL; two members of a shard may have one name.
      bytes.append(0)
      withUnsafeBytes(of: UInt64(sample.image.headerOffset).littleEndian) { bytes.append(contentsOf: $0) }
    }
    self.init(digest: MessageDigest.hash(bytes))
  }

  /// - Parameter digest: at least 16 bytes.
  init(digest: some Sequence<UInt8>) {
    var (high, low) = (UInt64(0), UInt64(0))
    for (place, byte) in digest.prefix(Self.byteCount).enumerated() {
      if place < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
    }
    self.init(high: high, low: low)
  }
}
