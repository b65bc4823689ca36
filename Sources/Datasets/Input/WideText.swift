/// The encoding of a text that is not UTF-8: as PowerShell, Excel and Notepad write it.
package enum WideText: Equatable, Sendable {
  case utf16(isBigEndian: Bool)
  case utf32

  /// The number of bytes that suffices to find the encoding.
  package static let headByteCount = 8

  private static let longestPattern = 64

  /// Found by a byte order mark or, without one, by the NUL beside each of the first characters.
  ///
  /// - Parameter head: the first bytes of a text.
  /// - Returns: `nil` for UTF-8, and for what is no text.
  package init?(head: ArraySlice<UInt8>) {
    if head.starts(with: [0xFF, 0xFE, 0, 0]) || head.starts(with: [0, 0, 0xFE, 0xFF]) {
      self = .utf32
    } else if head.starts(with: [0xFF, 0xFE]) {
      self = .utf16(isBigEndian: false)
    } else if head.starts(with: [0xFE, 0xFF]) {
      self = .utf16(isBigEndian: true)
    } else if let isBigEndian = [false, true].first(where: { Self.hasPattern(head, isBigEndian: $0) }) {
      self = .utf16(isBigEndian: isBigEndian)
    } else {
      return nil
    }
  }

  /// Whether more bytes may reveal such a text where these few do not.
  package static func mayBegin(_ head: ArraySlice<UInt8>) -> Bool {
    guard head.count < headByteCount, let first = head.first else { return false }
    return first == 0 || first >= 0xFE || head.dropFirst().first == 0
  }

  /// Whether there are at least four ASCII characters, not all letters and digits, each with its NUL: a list of names
  /// of one letter, with a NUL after each, looks nearly the same.
  private static func hasPattern(_ head: ArraySlice<UInt8>, isBigEndian: Bool) -> Bool {
    let bytes = Array(head.prefix(longestPattern))
    var characters: [UInt8] = []
    for start in stride(from: 0, to: bytes.count - 1, by: 2) {
      let (character, other) = isBigEndian ? (bytes[start + 1], bytes[start]) : (bytes[start], bytes[start + 1])
      guard other == 0, (0x20..<0x7F).contains(character) || (0x09...0x0D).contains(character) else { break }
      characters.append(character)
    }
    return characters.count >= 4 && !characters.allSatisfy { Character(Unicode.Scalar($0)).isWord }
  }
}

extension Character {
  fileprivate var isWord: Bool { isLetter || isNumber }
}

/// Converts UTF-16 to UTF-8, piece by piece. A byte order mark stays; invalid characters become U+FFFD.
package struct UTF16Decoder {
  private let isBigEndian: Bool
  /// The bytes of a character whose other bytes are still to come.
  private var rest: [UInt8] = []

  package init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

  package mutating func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    rest += bytes
    var units: [UInt16] = []
    units.reserveCapacity(rest.count / 2)
    for start in stride(from: 0, to: rest.count - 1, by: 2) {
      let (first, second) = (UInt16(rest[start]), UInt16(rest[start + 1]))
      units.append(isBigEndian ? first << 8 | second : second << 8 | first)
    }
    if let last = units.last, UTF16.isLeadSurrogate(last) { units.removeLast() }
    rest.removeFirst(2 * units.count)
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  /// What is left at the end of the text.
  package mutating func finish() -> [UInt8] {
    defer { rest = [] }
    return rest.isEmpty ? [] : Array("\u{FFFD}".utf8)
  }
}

/// The text of a whole file, or of its first bytes, in UTF-8 and without a byte order mark. A text that is neither
/// UTF-16 nor UTF-8 stays as it is.
func utf8Text(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
  var text = bytes[...]
  if case .utf16(let isBigEndian) = WideText(head: text) {
    var decoder = UTF16Decoder(isBigEndian: isBigEndian)
    text = (decoder.decode(text) + decoder.finish())[...]
  }
  return text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text
}
