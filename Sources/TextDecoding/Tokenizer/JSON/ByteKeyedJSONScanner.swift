/// Reads JSON (RFC 8259) strictly and without trust: strings must be valid UTF-8, no object may have a key twice,
/// nesting is bounded, and nothing is allocated ahead of what is there.
struct ByteKeyedJSONScanner {
  struct Failure: Error, Equatable {
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
      case 0x20, 0x0a, 0x0d, 0x09: position += 1
      case let byte: return byte
      }
    }
    return nil
  }

  mutating func finish() throws(Failure) {
    guard peek() == nil else { throw failure("something follows the value") }
  }

  /// Calls `member` with each key of an object; it must consume the value and refuse keys that it has seen.
  mutating func members(
    _ member: (inout ByteKeyedJSONScanner, [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    try enter("{", "an object")
    defer { depth -= 1 }
    if skip("}") { return }
    var key: [UInt8] = []
    repeat {
      try string(into: &key)
      guard skip(":") else { throw failure("expected ':' after a key") }
      try member(&self, key)
    } while skip(",")
    guard skip("}") else { throw failure("expected ',' or '}'") }
  }

  /// The same for objects with few keys: none may be there twice.
  mutating func distinctMembers(
    _ member: (inout ByteKeyedJSONScanner, [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var keys = Set<[UInt8]>()
    try members { (scanner, key) throws(Failure) in
      guard keys.insert(key).inserted else {
        throw scanner.failure("key '\(String(decoding: key, as: UTF8.self))' occurs twice")
      }
      try member(&scanner, key)
    }
  }

  /// Calls `element` for each element of an array; it must consume the element.
  mutating func elements(_ element: (inout ByteKeyedJSONScanner) throws(Failure) -> Void) throws(Failure) {
    try enter("[", "an array")
    defer { depth -= 1 }
    if skip("]") { return }
    repeat { try element(&self) } while skip(",")
    guard skip("]") else { throw failure("expected ',' or ']'") }
  }

  mutating func value() throws(Failure) -> ByteKeyedJSON {
    switch peek() {
    case UInt8(ascii: "{"):
      var members: [(key: [UInt8], value: ByteKeyedJSON)] = []
      try distinctMembers { (scanner, key) throws(Failure) in members.append((key, try scanner.value())) }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [ByteKeyedJSON] = []
      try self.elements { (scanner) throws(Failure) in elements.append(try scanner.value()) }
      return .array(elements)
    case UInt8(ascii: "\""):
      var bytes: [UInt8] = []
      try string(into: &bytes)
      return .string(bytes)
    default: break
    }
    for (word, value) in [("null", ByteKeyedJSON.null), ("true", .bool(true)), ("false", .bool(false))]
    where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    return try number()
  }

  private mutating func number() throws(Failure) -> ByteKeyedJSON {
    let start = position
    take("-")
    if !take("0") { try digits() }
    var isIntegral = true
    if take(".") {
      isIntegral = false
      try digits()
    }
    if take("e") || take("E") {
      isIntegral = false
      if !take("+") { take("-") }
      try digits()
    }
    let spelling = String(decoding: text[start..<position], as: UTF8.self)
    if isIntegral, let integer = Int(spelling) { return .integer(integer) }
    return .number(spelling)
  }

  private mutating func digits() throws(Failure) {
    let start = position
    while position < text.count, 0x30...0x39 ~= text[position] { position += 1 }
    guard position > start else { throw failure("expected a value") }
  }

  private mutating func enter(_ bracket: Unicode.Scalar, _ what: String) throws(Failure) {
    guard skip(bracket) else { throw failure("expected \(what)") }
    depth += 1
    guard depth <= Self.maximumDepth else { throw failure("nested more than \(Self.maximumDepth) deep") }
  }

  /// Consumes white space and then `character`, if that comes next.
  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  @discardableResult
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }
}

extension ByteKeyedJSONScanner {
  /// Replaces `bytes` by those of the string that comes next.
  mutating func string(into bytes: inout [UInt8]) throws(Failure) {
    bytes.removeAll(keepingCapacity: true)
    guard skip("\"") else { throw failure("expected a string") }
    let start = position
    var isASCII = true
    while position < text.count {
      let byte = text[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard isASCII || Self.isValidUTF8(bytes) else {
          throw Failure(offset: start, problem: "a string is not valid UTF-8")
        }
        return
      case UInt8(ascii: "\\"): bytes.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20: throw failure("a string holds a control character")
      default:
        isASCII = isASCII && byte < 0x80
        bytes.append(byte)
      }
    }
    throw failure("the text ends within a string")
  }

  private static func isValidUTF8(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { buffer in
      let text = UTF8Text(buffer)
      var position = 0
      while position < text.count {
        let character = text.character(at: position)
        guard character.scalar != nil else { return false }
        position += character.length
      }
      return true
    }
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
      var code = try hexadecimalUnit()
      if 0xd800..<0xdc00 ~= code {
        guard take("\\"), take("u") else { throw failure("half a surrogate pair") }
        let low = try hexadecimalUnit()
        guard 0xdc00..<0xe000 ~= low else { throw failure("half a surrogate pair") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half a surrogate pair") }
      return scalar
    default: throw failure("unknown escape in a string")
    }
  }

  private mutating func hexadecimalUnit() throws(Failure) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard position < text.count, let digit = Character(Unicode.Scalar(text[position])).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }
}
