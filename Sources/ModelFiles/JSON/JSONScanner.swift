/// Reads JSON (RFC 8259) from memory, strictly and without trust: UTF-8 is validated, an object that has a key twice can be
/// refused (Foundation's parser keeps one of the two), nesting is bounded, nothing is allocated ahead of what is there.
///
/// The caller asks for what it expects next; no tree is built. Keys and strings come as Swift's strings, which are equal
/// also where they differ in Unicode normal form only, or as their bytes, for a vocabulary that must keep those apart.
package struct JSONScanner {
  package struct Failure: Error, Equatable {
    /// Counted from the start of the text.
    package let offset: Int
    package let problem: String
  }

  static let maximumDepth = 64

  private let text: UnsafeRawBufferPointer
  private var position = 0
  private var depth = 0

  /// - Parameter text: must stay valid for as long as the scanner is used.
  package init(_ text: UnsafeRawBufferPointer) {
    self.text = text
  }

  package func failure(_ problem: String) -> Failure { Failure(offset: position, problem: problem) }

  /// The first byte of what comes next; `nil` at the end.
  package mutating func peek() -> UInt8? {
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
      case let byte: return byte
      }
    }
    return nil
  }

  package mutating func finish() throws(Failure) {
    guard peek() == nil else { throw failure("something follows the JSON value") }
  }

  /// Calls `member` with the bytes of each key of an object; it must consume the value, and refuse keys that it has seen.
  package mutating func members(
    _ member: (inout JSONScanner, [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var key: [UInt8] = []
    try eachMember(key: { (scanner) throws(Failure) in try scanner.string(into: &key) }) { (scanner) throws(Failure) in
      try member(&scanner, key)
    }
  }

  /// The same, with each key as a string; none may be there twice.
  mutating func object(_ member: (inout JSONScanner, String) throws(Failure) -> Void) throws(Failure) {
    var keys = Set<String>()
    var key = ""
    try eachMember(
      key: { (scanner) throws(Failure) in
        let start = scanner.position
        key = try scanner.string()
        guard keys.insert(key).inserted else { throw Failure(offset: start, problem: "key '\(key)' occurs twice") }
      }
    ) { (scanner) throws(Failure) in
      try member(&scanner, key)
    }
  }

  private mutating func eachMember(
    key: (inout JSONScanner) throws(Failure) -> Void, value: (inout JSONScanner) throws(Failure) -> Void
  ) throws(Failure) {
    try enter(UInt8(ascii: "{"), "an object")
    defer { depth -= 1 }
    if skip(UInt8(ascii: "}")) { return }
    repeat {
      guard peek() != nil else { throw failure("the text ends within an object") }
      try key(&self)
      guard skip(UInt8(ascii: ":")) else { throw failure("expected ':' after a key") }
      try value(&self)
    } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "}")) else { throw failure("expected ',' or '}'") }
  }

  /// Calls `element` once for each element of an array; it must consume the element.
  package mutating func array(_ element: (inout JSONScanner) throws(Failure) -> Void) throws(Failure) {
    try enter(UInt8(ascii: "["), "an array")
    defer { depth -= 1 }
    if skip(UInt8(ascii: "]")) { return }
    repeat { try element(&self) } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "]")) else { throw failure("expected ',' or ']'") }
  }

  /// Consumes `true`, `false` or `null`, if that is what comes next.
  package mutating func skip(word: StaticString) -> Bool {
    guard peek() != nil, text.count - position >= word.utf8CodeUnitCount else { return false }
    for index in 0..<word.utf8CodeUnitCount where text[position + index] != word.utf8Start[index] { return false }
    position += word.utf8CodeUnitCount
    return true
  }

  mutating func skipValue() throws(Failure) {
    switch peek() {
    case UInt8(ascii: "{"): try object { (scanner, _) throws(Failure) in try scanner.skipValue() }
    case UInt8(ascii: "["): try array { (scanner) throws(Failure) in try scanner.skipValue() }
    case UInt8(ascii: "\""): _ = try string()
    default:
      if !skip(word: "true"), !skip(word: "false"), !skip(word: "null") { _ = try number() }
    }
  }

  /// A whole number that fits.
  mutating func integer() throws(Failure) -> Int {
    guard peek() != nil else { throw failure("expected a number") }
    let start = position
    let (digits, isIntegral) = try number()
    guard isIntegral, let value = Int(digits) else {
      throw Failure(offset: start, problem: "\(digits.prefix(40)) is not a whole number of 64 bits")
    }
    return value
  }

  /// The text of a number, which follows JSON's grammar, and whether it has neither fraction nor exponent.
  package mutating func number() throws(Failure) -> (digits: String, isIntegral: Bool) {
    guard peek() != nil else { throw failure("expected a value") }
    let start = position
    func isDigit(_ position: Int) -> Bool {
      position < text.count && UInt8(ascii: "0")...UInt8(ascii: "9") ~= text[position]
    }
    func has(_ characters: StaticString) -> Bool {
      position < text.count
        && (0..<characters.utf8CodeUnitCount).contains { characters.utf8Start[$0] == text[position] }
    }
    func digits() throws(Failure) {
      guard isDigit(position) else { throw failure("expected a value") }
      while isDigit(position) { position += 1 }
    }
    if has("-") { position += 1 }
    if has("0") { position += 1 } else { try digits() }
    guard !isDigit(position) else { throw failure("expected no digit after a leading 0") }
    var isIntegral = true
    if has(".") {
      position += 1
      isIntegral = false
      try digits()
    }
    if has("eE") {
      position += 1
      isIntegral = false
      if has("+-") { position += 1 }
      try digits()
    }
    return (String(decoding: text[start..<position], as: UTF8.self), isIntegral)
  }

  private mutating func enter(_ bracket: UInt8, _ what: String) throws(Failure) {
    guard skip(bracket) else { throw failure("expected \(what)") }
    depth += 1
    guard depth <= Self.maximumDepth else { throw failure("nested more than \(Self.maximumDepth) deep") }
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }
}

extension JSONScanner {
  mutating func string() throws(Failure) -> String {
    var bytes: [UInt8] = []
    try string(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Replaces `bytes` by those of the string that comes next, which are valid UTF-8.
  package mutating func string(into bytes: inout [UInt8]) throws(Failure) {
    bytes.removeAll(keepingCapacity: true)
    guard skip(UInt8(ascii: "\"")) else { throw failure("expected a string") }
    let start = position
    // Bytes from here on are those of the text itself.
    var plain = position
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "\""):
        bytes.append(contentsOf: text[plain..<position])
        guard bytes.withUnsafeBytes(String.isValid) else {
          throw Failure(offset: start, problem: "a string is not valid UTF-8")
        }
        position += 1
        return
      case UInt8(ascii: "\\"):
        bytes.append(contentsOf: text[plain..<position])
        position += 1
        bytes.append(contentsOf: String(try escape()).utf8)
        plain = position
      case 0..<0x20: throw failure("a string holds a control character")
      default: position += 1
      }
    }
    throw failure("the text ends within a string")
  }

  /// The character of an escape, after its backslash.
  private mutating func escape() throws(Failure) -> Unicode.Scalar {
    guard position < text.count else { throw failure("the text ends within a string") }
    let byte = text[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = UInt32(try hexadecimalUnit())
      if 0xd800..<0xdc00 ~= code, position + 1 < text.count, text[position] == UInt8(ascii: "\\"),
        text[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = UInt32(try hexadecimalUnit())
        guard 0xdc00..<0xe000 ~= low else { throw failure("half a surrogate pair") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half a surrogate pair") }
      return scalar
    default: throw failure("unknown escape in a string")
    }
  }

  private mutating func hexadecimalUnit() throws(Failure) -> UInt16 {
    guard position + 4 <= text.count,
      text[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: text[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw failure("expected four hexadecimal digits") }
    position += 4
    return unit
  }
}
