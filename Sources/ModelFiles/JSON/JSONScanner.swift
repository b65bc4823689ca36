/// Reads JSON (RFC 8259) from memory, strictly and without trust: UTF-8 is validated, an object that has a key twice is
/// refused (Foundation's parser keeps one of the two), nesting is bounded, nothing is allocated ahead of what is there.
///
/// The caller asks for what it expects next; no tree is built. Keys count as equal where Swift's strings do, that is,
/// also where they differ in Unicode normal form only.
struct JSONScanner {
  struct Failure: Error, Equatable {
    /// Counted from the start of the text.
    let offset: Int
    let problem: String
  }

  static let maximumDepth = 64

  private let text: UnsafeRawBufferPointer
  private var position = 0
  private var depth = 0

  /// - Parameter text: must stay valid for as long as the scanner is used.
  init(_ text: UnsafeRawBufferPointer) {
    self.text = text
  }

  func failure(_ problem: String) -> Failure { Failure(offset: position, problem: problem) }

  /// The first byte of what comes next; `nil` at the end.
  mutating func peek() -> UInt8? {
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
      case let byte: return byte
      }
    }
    return nil
  }

  mutating func finish() throws(Failure) {
    guard peek() == nil else { throw failure("something follows the JSON value") }
  }

  /// Calls `member` with each key of an object; it must consume the value.
  mutating func object(_ member: (inout JSONScanner, String) throws(Failure) -> Void) throws(Failure) {
    try enter(UInt8(ascii: "{"), "an object")
    defer { depth -= 1 }
    if skip(UInt8(ascii: "}")) { return }
    var keys = Set<String>()
    repeat {
      guard peek() != nil else { throw failure("the text ends within an object") }
      let start = position
      let key = try string()
      guard keys.insert(key).inserted else { throw Failure(offset: start, problem: "key '\(key)' occurs twice") }
      guard skip(UInt8(ascii: ":")) else { throw failure("expected ':' after key '\(key)'") }
      try member(&self, key)
    } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "}")) else { throw failure("expected ',' or '}'") }
  }

  /// Calls `element` once for each element of an array; it must consume the element.
  mutating func array(_ element: (inout JSONScanner) throws(Failure) -> Void) throws(Failure) {
    try enter(UInt8(ascii: "["), "an array")
    defer { depth -= 1 }
    if skip(UInt8(ascii: "]")) { return }
    repeat { try element(&self) } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "]")) else { throw failure("expected ',' or ']'") }
  }

  /// Consumes `true`, `false` or `null`, if that is what comes next.
  mutating func skip(word: StaticString) -> Bool {
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
  mutating func number() throws(Failure) -> (digits: String, isIntegral: Bool) {
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
    guard !isDigit(position) else { throw failure("a number starts with 0") }
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
    guard skip(UInt8(ascii: "\"")) else { throw failure("expected a string") }
    let start = position
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "\""):
        guard let value = String(validating: text[start..<position]) else {
          throw Failure(offset: start, problem: "a string is not valid UTF-8")
        }
        position += 1
        return value
      case UInt8(ascii: "\\"): return try stringWithEscapes(from: start)
      case 0..<0x20: throw failure("a string holds a control character")
      default: position += 1
      }
    }
    throw failure("the text ends within a string")
  }

  /// The rest of a string that has a first escape at `position`.
  private mutating func stringWithEscapes(from start: Int) throws(Failure) -> String {
    var bytes = Array(text[start..<position])
    while position < text.count {
      let byte = text[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let value = bytes.withUnsafeBytes({ String(validating: $0[...]) }) else {
          throw Failure(offset: start, problem: "a string is not valid UTF-8")
        }
        return value
      case UInt8(ascii: "\\"): bytes.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20: throw failure("a string holds a control character")
      default: bytes.append(byte)
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
