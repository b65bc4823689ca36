import Digests

/// SHA-256 of an image's bytes: the same photo has the same digest wherever it is and whatever its name.
package struct ImageDigest: Sendable, Hashable, CustomStringConvertible {
  // Not an array: a million digests are then one allocation.
  private let words: SIMD4<UInt64>

  package init(of bytes: [UInt8]) {
    var words = SIMD4<UInt64>()
    for (index, byte) in MessageDigest.hash(bytes).enumerated() {
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
    }
    self.words = words
  }

  /// The first eight bytes, big-endian, as a number from 0 up to 1: uniform over images, and the same everywhere.
  package var fraction: Double { Double(words[0]) * 0x1p-64 }

  /// 64 lower-case hexadecimal digits.
  package var description: String {
    (0..<4).map { index in
      let digits = String(words[index], radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
  }
}
