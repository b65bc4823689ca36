import ModelFiles

/// A JSON value whose strings and keys are bytes.
///
/// Foundation's decoder and `[String: …]` treat two canonically equivalent keys as one, and would drop tokens.
enum ByteKeyedJSON {
  case null
  case bool(Bool)
  case integer(Int)
  /// The text of a number with a fraction or an exponent, or too large for an integer.
  case number(String)
  case string([UInt8])
  case array([ByteKeyedJSON])
  case object([(key: [UInt8], value: ByteKeyedJSON)])
}

extension ByteKeyedJSON: CustomStringConvertible {
  /// The value as messages name it.
  var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let digits): digits
    case .string(let bytes): "'\(String(decoding: bytes.prefix(200), as: UTF8.self))'"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension ByteKeyedJSON {
  /// Reads the value that comes next.
  init(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    switch scanner.peek() {
    case UInt8(ascii: "{"):
      var members: [(key: [UInt8], value: ByteKeyedJSON)] = []
      try scanner.distinctMembers { (scanner, key) throws(JSONScanner.Failure) in
        members.append((key, try ByteKeyedJSON(&scanner)))
      }
      self = .object(members)
      return
    case UInt8(ascii: "["):
      var elements: [ByteKeyedJSON] = []
      try scanner.array { (scanner) throws(JSONScanner.Failure) in elements.append(try ByteKeyedJSON(&scanner)) }
      self = .array(elements)
      return
    case UInt8(ascii: "\""):
      var bytes: [UInt8] = []
      try scanner.string(into: &bytes)
      self = .string(bytes)
      return
    default: break
    }
    if scanner.skip(word: "null") {
      self = .null
    } else if scanner.skip(word: "true") {
      self = .bool(true)
    } else if scanner.skip(word: "false") {
      self = .bool(false)
    } else {
      let (digits, isIntegral) = try scanner.number()
      self = isIntegral ? Int(digits).map { .integer($0) } ?? .number(digits) : .number(digits)
    }
  }
}

extension JSONScanner {
  /// Calls `member` with the bytes of each key of an object that has few keys; no key may occur twice.
  mutating func distinctMembers(
    _ member: (inout JSONScanner, [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var keys = Set<[UInt8]>()
    try members { (scanner, key) throws(Failure) in
      guard keys.insert(key).inserted else {
        throw scanner.failure("key '\(String(decoding: key, as: UTF8.self))' occurs twice")
      }
      try member(&scanner, key)
    }
  }
}
