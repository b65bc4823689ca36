/// Converts pieces of XML 1.0 to and from bytes.
enum XMLText {
  /// The text escaped for use between tags.
  static func content(_ text: String) -> [UInt8] { escaped(text) { $0 == "\r" } }

  /// The text escaped for use between quotes of either kind.
  static func attribute(_ text: String) -> [UInt8] { escaped(text) { ["\r", "\n", "\t", "\"", "'"].contains($0) } }

  /// - Parameter isSpecial: whether readers would change the character or take it for an end; markup is escaped anyway.
  private static func escaped(_ text: String, isSpecial: (Unicode.Scalar) -> Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars where isAllowed(scalar) {
      switch scalar {
      case "&": bytes += Array("&amp;".utf8)
      case "<": bytes += Array("&lt;".utf8)
      case ">": bytes += Array("&gt;".utf8)
      case _ where isSpecial(scalar): bytes += Array("&#\(scalar.value);".utf8)
      default: bytes += Array(String(scalar).utf8)
      }
    }
    return bytes
  }

  /// Whether XML 1.0 allows the character; others cannot be written in any way.
  static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...: true
    default: false
    }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D }

  /// The text with references replaced by their characters. `nil` where a reference is none of XML's own, since a text
  /// without a document type declares no others.
  static func resolved(_ bytes: ArraySlice<UInt8>) -> String? {
    var text: [UInt8] = []
    var rest = bytes
    while let ampersand = rest.firstIndex(of: UInt8(ascii: "&")) {
      guard let end = rest[ampersand...].firstIndex(of: UInt8(ascii: ";")),
        let scalar = scalar(ofReference: String(decoding: rest[(ampersand + 1)..<end], as: UTF8.self))
      else { return nil }
      text += rest[..<ampersand]
      text += Array(String(scalar).utf8)
      rest = rest[(end + 1)...]
    }
    return String(decoding: text + rest, as: UTF8.self)
  }

  private static func scalar(ofReference name: String) -> Unicode.Scalar? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default: break
    }
    let (digits, radix) = name.hasPrefix("#x") ? (name.dropFirst(2), 16) : (name.dropFirst(1), 10)
    guard name.hasPrefix("#"), digits.utf8.first != UInt8(ascii: "+"), let value = UInt32(digits, radix: radix) else {
      return nil
    }
    return Unicode.Scalar(value).flatMap { isAllowed($0) ? $0 : nil }
  }
}
