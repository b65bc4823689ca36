import Digests

/// SHA-256 of a file's content.
package struct FileHash: Sendable, Hashable, CustomStringConvertible {
  /// The 32 bytes, eight in each word, the first one highest. A run over a million images holds and reads many of these.
  private let words: SIMD4<UInt64>

  /// `nil` where `text` is not 64 lower-case hexadecimal digits.
  package init?(_ text: String) {
    guard text.utf8.count == 64 else { return nil }
    var words = SIMD4<UInt64>()
    for (index, digit) in text.utf8.enumerated() {
      let value: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
      default: return nil
      }
      words[index / 16] = words[index / 16] << 4 | UInt64(value)
    }
    self.words = words
  }

  /// - Parameter sha256: its 32 bytes.
  init(sha256 digest: [UInt8]) { words = digest.withUnsafeBytes { Self.words($0) } }

  /// `nil` where there are not 32 bytes.
  package init?(digest: ArraySlice<UInt8>) {
    guard digest.count == 32 else { return nil }
    words = digest.withUnsafeBytes { Self.words($0) }
  }

  /// `nil` where there are not 32 bytes.
  init?(digest: Slice<UnsafeRawBufferPointer>) {
    guard digest.count == 32 else { return nil }
    words = Self.words(UnsafeRawBufferPointer(rebasing: digest))
  }

  private static func words(_ bytes: UnsafeRawBufferPointer) -> SIMD4<UInt64> {
    var words = SIMD4<UInt64>()
    for word in 0..<4 {
      words[word] = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self))
    }
    return words
  }

  /// The 32 bytes.
  package var digest: [UInt8] { (0..<32).map { byte($0) } }

  private func byte(_ index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: words[index / 8] >> (56 - 8 * UInt64(index % 8)))
  }

  /// 64 lower-case hexadecimal digits.
  package var hexadecimal: String {
    String(unsafeUninitializedCapacity: 64) { digits in
      for index in 0..<64 {
        let value = UInt8(truncatingIfNeeded: words[index / 16] >> (60 - 4 * UInt64(index % 16))) & 15
        digits[index] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
      }
      return 64
    }
  }

  /// Reads the whole file, through one small buffer.
  ///
  /// - Throws: `FileSystemError`; `CancellationError` when the task is cancelled meanwhile.
  package init(ofFile path: String) throws {
    self = try Self.hash(of: InputFile(path: path))
  }

  static func hash(of file: InputFile) throws -> FileHash {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var hasher = MessageDigest(.sha256)
    var offset = 0
    while true {
      try Task.checkCancellation()
      let count = try file.read(into: buffer, at: offset)
      if count == 0 { break }
      hasher.update(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
      offset += count
    }
    return FileHash(sha256: hasher.finalize())
  }

  /// The hash of content in memory.
  package static func hash(of bytes: [UInt8]) -> FileHash { FileHash(sha256: MessageDigest.hash(bytes)) }

  package var description: String { hexadecimal }
}

extension FileHash: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let hash = FileHash(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "64 lower-case hexadecimal digits")
    }
    self = hash
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hexadecimal)
  }
}
