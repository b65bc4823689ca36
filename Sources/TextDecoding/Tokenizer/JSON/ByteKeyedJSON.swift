/// A JSON value whose strings and keys are bytes.
///
/// Foundation's decoder and `[String: …]` take two keys that are canonically equivalent for one, and would drop tokens.
enum ByteKeyedJSON {
  case null
  case bool(Bool)
  case integer(Int)
  /// A number with a fraction or an exponent, or too large for an integer; as it is spelt.
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
