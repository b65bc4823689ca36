import CZlib

/// Which image each record of a feature cache belongs to: entries of 48 bytes, little endian, in the records' order.
///
/// | bytes | what |
/// |---|---|
/// | 0 ..< 32 | SHA-256 of the image's bytes |
/// | 32 ..< 36 | flags: bit 0, the mirrored image |
/// | 36 ..< 40 | CRC-32 of the record's numbers |
/// | 40 ..< 44 | 0 |
/// | 44 ..< 48 | CRC-32 of the 44 bytes before |
struct FeatureIndexEntry: Equatable {
  static let byteCount = 48

  let image: FeatureCacheImage
  /// CRC-32 of the record's numbers.
  let checksum: UInt32

  init(image: FeatureCacheImage, checksum: UInt32) {
    self.image = image
    self.checksum = checksum
  }

  /// `nil` where the bytes are not those of an entry that was written to its end.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.byteCount, Self.number(bytes, 44) == CRC32.checksum(.init(rebasing: bytes[..<44])),
      let hash = FileHash(digest: bytes[..<32])
    else { return nil }
    image = FeatureCacheImage(hash: hash, isFlipped: Self.number(bytes, 32) & 1 != 0)
    checksum = Self.number(bytes, 36)
  }

  var bytes: [UInt8] {
    var bytes = image.hash.digest
    for number in [image.isFlipped ? 1 : 0, checksum, 0] { Self.append(number, to: &bytes) }
    Self.append(bytes.withUnsafeBytes { CRC32.checksum($0) }, to: &bytes)
    return bytes
  }

  private static func number(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }
}

/// An image whose features are cached: as it is, or mirrored.
struct FeatureCacheImage: Hashable {
  let hash: FileHash
  let isFlipped: Bool
}

enum CRC32 {
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var checksum = crc32(0, nil, 0)
    var rest = bytes[...]
    // The length is a 32-bit number there.
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      checksum = crc32(checksum, piece.assumingMemoryBound(to: UInt8.self).baseAddress, uInt(piece.count))
      rest = rest.dropFirst(piece.count)
    }
    return UInt32(truncatingIfNeeded: checksum)
  }
}

/// The entries of an index file known so far.
struct FeatureIndex {
  private(set) var records: [FeatureCacheImage: Record] = [:]
  /// The place of the next record: behind the last one that was written to its end.
  private(set) var count = 0

  struct Record {
    /// The record's place, in the order of writing.
    let number: Int
    let checksum: UInt32
  }

  /// Reads the entries that were appended since, by any process. An entry that was not written to its end does not
  /// count, and the next one overwrites it; an invalid one between others is skipped.
  ///
  /// - Parameter available: how many records the data file holds whole.
  mutating func update(from file: InputFile, available: Int) throws(FileSystemError) {
    let entries = min(file.byteCount / FeatureIndexEntry.byteCount, available)
    guard entries > count else { return }
    let bytes = try file.bytes(
      at: count * FeatureIndexEntry.byteCount, count: (entries - count) * FeatureIndexEntry.byteCount)
    guard let bytes else { return }
    let first = count
    bytes.withUnsafeBytes { bytes in
      for number in first..<entries {
        let start = (number - first) * FeatureIndexEntry.byteCount
        let entry = FeatureIndexEntry(.init(rebasing: bytes[start..<start + FeatureIndexEntry.byteCount]))
        if let entry { add(entry, number: number) }
      }
    }
  }

  mutating func add(_ entry: FeatureIndexEntry, number: Int) {
    records[entry.image] = Record(number: number, checksum: entry.checksum)
    count = number + 1
  }
}
