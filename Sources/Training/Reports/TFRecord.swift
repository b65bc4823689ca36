/// The framing of TensorFlow's record files: length (8 bytes), its checksum (4), the data, their checksum (4), all
/// little endian. Checksums are CRC-32C (Castagnoli, as in RFC 3720 B.4), rotated and offset, since the CRC of data
/// that hold their own CRC is unreliable (tensorflow/core/lib/hash/crc32c.h).
package enum TFRecord {
  package static func framed(_ data: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(data.count))
    return length + littleEndian(maskedChecksum(length)) + data + littleEndian(maskedChecksum(data))
  }

  package static func maskedChecksum(_ data: [UInt8]) -> UInt32 {
    var remainder = UInt32.max
    for byte in data { remainder = table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)] ^ (remainder >> 8) }
    let checksum = ~remainder
    return (checksum >> 15 | checksum << 17) &+ 0xa282_ead8
  }

  static func littleEndian(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// The remainder of each byte, with the polynomial's bits reversed.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { remainder, _ in remainder >> 1 ^ (remainder & 1) &* 0x82f6_3b78 }
  }
}
