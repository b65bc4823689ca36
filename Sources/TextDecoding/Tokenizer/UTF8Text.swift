/// Bytes that should be UTF-8 but need not be valid.
package struct UTF8Text {
  package let bytes: UnsafeRawBufferPointer

  package init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  package var count: Int { bytes.count }

  subscript(range: Range<Int>) -> UTF8Text { UTF8Text(UnsafeRawBufferPointer(rebasing: bytes[range])) }

  /// The character that starts at `position`, and its length in bytes. A byte that starts no well-formed sequence gives
  /// `nil` and length 1.
  func character(at position: Int) -> (scalar: Unicode.Scalar?, length: Int) {
    let first = bytes[position]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length: Int
    switch first {
    case 0xc2...0xdf: length = 2
    case 0xe0...0xef: length = 3
    case 0xf0...0xf4: length = 4
    default: return (nil, 1)
    }
    guard position + length <= count else { return (nil, 1) }
    var value = UInt32(first) & (0x7f >> UInt32(length))
    for index in position + 1..<position + length {
      guard bytes[index] & 0xc0 == 0x80 else { return (nil, 1) }
      value = value << 6 | UInt32(bytes[index] & 0x3f)
    }
    // Overlong forms are invalid; `Unicode.Scalar` refuses surrogates and values past U+10FFFF.
    let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
    guard value >= smallest, let scalar = Unicode.Scalar(value) else { return (nil, 1) }
    return (scalar, length)
  }

  /// The character that ends just before `position`, and its length in bytes.
  func character(before position: Int) -> (scalar: Unicode.Scalar?, length: Int) {
    for length in 1...min(4, position) where bytes[position - length] & 0xc0 != 0x80 {
      let (scalar, found) = character(at: position - length)
      return found == length ? (scalar, length) : (nil, 1)
    }
    return (nil, 1)
  }

  /// The class of the character at `position`, and its length in bytes; an invalid byte is of class `other`.
  @inline(__always)
  func characterClass(at position: Int) -> (class: CharacterClass, length: Int) {
    let first = bytes[position]
    if first < 0x80 { return (CharacterClass(ascii: first), 1) }
    let (scalar, length) = character(at: position)
    return (scalar.map(CharacterClass.init) ?? .other, length)
  }

  /// The start of the white space that ends at `end`.
  func startOfWhitespace(before end: Int, downTo limit: Int) -> Int {
    var start = end
    while start > limit {
      let character = character(before: start)
      guard character.scalar?.properties.isWhitespace == true else { break }
      start -= character.length
    }
    return start
  }

  /// The end of the white space that starts at `start`.
  func endOfWhitespace(from start: Int) -> Int {
    var end = start
    while end < count {
      let character = character(at: end)
      guard character.scalar?.properties.isWhitespace == true else { break }
      end += character.length
    }
    return end
  }
}
