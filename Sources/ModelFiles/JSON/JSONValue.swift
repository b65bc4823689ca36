/// A JSON value as a tree, for small files such as `config.json`.
enum JSONValue: Equatable {
  case null
  case bool(Bool)
  /// A number without fraction and exponent that fits.
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads all of `text` as one value.
  init(_ text: UnsafeRawBufferPointer) throws(JSONScanner.Failure) {
    var scanner = JSONScanner(text)
    self = try Self.read(&scanner)
    try scanner.finish()
  }

  private static func read(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) -> JSONValue {
    switch scanner.peek() {
    case UInt8(ascii: "{"):
      var members: [String: JSONValue] = [:]
      try scanner.object { (scanner, key) throws(JSONScanner.Failure) in members[key] = try read(&scanner) }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try scanner.array { (scanner) throws(JSONScanner.Failure) in elements.append(try read(&scanner)) }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try scanner.string())
    default: break
    }
    if scanner.skip(word: "null") { return .null }
    if scanner.skip(word: "true") { return .bool(true) }
    if scanner.skip(word: "false") { return .bool(false) }
    let (digits, isIntegral) = try scanner.number()
    if isIntegral, let integer = Int(digits) { return .integer(integer) }
    guard let number = Double(digits), number.isFinite else {
      throw scanner.failure("\(digits.prefix(40)) is too large")
    }
    return .number(number)
  }
}
