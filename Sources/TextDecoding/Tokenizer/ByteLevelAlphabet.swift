/// How byte-level BPE vocabularies spell bytes: one printable character for each of the 256 values (GPT-2, Radford et
/// al. 2019).
///
/// Printable characters of Latin-1 stand for themselves; the other 68 bytes, in ascending order, are U+0100 and what
/// follows it. A space is "Ġ" (U+0120).
enum ByteLevelAlphabet {
  /// The spelling of each byte in UTF-8, one or two bytes long.
  static let spellings: [[UInt8]] = (UInt8.min...UInt8.max).map { Array(String(scalar(of: $0)).utf8) }

  /// The byte of each character from U+0000 on; `nil` where the character spells none.
  private static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 0x144)
    for byte in UInt8.min...UInt8.max { bytes[Int(scalar(of: byte).value)] = byte }
    return bytes
  }()

  private static func isPrintable(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21...0x7e, 0xa1...0xac, 0xae...0xff: true
    default: false
    }
  }

  private static func scalar(of byte: UInt8) -> Unicode.Scalar {
    if isPrintable(byte) { return Unicode.Scalar(byte) }
    let rank = (0..<byte).count { !isPrintable($0) }
    return Unicode.Scalar(0x100 + UInt16(rank)) ?? Unicode.Scalar(byte)
  }

  /// Appends the bytes that `spelling` stands for.
  ///
  /// A spelling with a character outside of the alphabet, as added tokens may have (a space is one), stands for
  /// itself as a whole; that is also what `tokenizers` does.
  static func appendBytes(spelt spelling: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    let start = output.count
    var position = 0
    while position < spelling.count {
      guard let (byte, length) = byte(spelt: spelling, at: position) else {
        output.removeSubrange(start...)
        output.append(contentsOf: spelling)
        return
      }
      output.append(byte)
      position += length
    }
  }

  /// The byte that the character at `position` spells, and the character's length; `nil` where it spells none.
  private static func byte(spelt spelling: UnsafeRawBufferPointer, at position: Int) -> (UInt8, length: Int)? {
    let first = Int(spelling[position])
    if first < 0x80 { return bytes[first].map { ($0, 1) } }
    // U+0080...U+0143 are two bytes: C2...C5 and one continuation.
    guard 0xc2...0xc5 ~= first, position + 1 < spelling.count, spelling[position + 1] & 0xc0 == 0x80 else { return nil }
    let value = (first & 0x1f) << 6 | Int(spelling[position + 1] & 0x3f)
    return value < bytes.count ? bytes[value].map { ($0, 2) } : nil
  }
}
