/// The types of GGUF metadata values, by their number in the file.
package enum GGUFValueType: UInt32, Sendable {
  case uint8 = 0
  case int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// Bytes of one value; `nil` where that depends on the value.
  var byteCount: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .array: nil
    }
  }

  var isInteger: Bool {
    switch self {
    case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64: true
    case .float32, .bool, .string, .array, .float64: false
    }
  }

  /// The least that one value can take: an empty string is its length, an empty array its type and length.
  var minimumByteCount: Int { byteCount ?? (self == .string ? 8 : 12) }

  /// The integer at `offset`; `nil` where this is no integer type, or the value does not fit.
  func integer(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int? {
    func load<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Int? {
      Int(exactly: Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type)))
    }
    return switch self {
    case .uint8: load(UInt8.self)
    case .int8: load(Int8.self)
    case .uint16: load(UInt16.self)
    case .int16: load(Int16.self)
    case .uint32: load(UInt32.self)
    case .int32: load(Int32.self)
    case .uint64: load(UInt64.self)
    case .int64: load(Int64.self)
    case .float32, .bool, .string, .array, .float64: nil
    }
  }

  /// The floating-point number at `offset`; `nil` where this is no floating-point type.
  func float(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Double? {
    func load<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer {
      Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
    }
    return switch self {
    case .float32: Double(Float(bitPattern: load(UInt32.self)))
    case .float64: Double(bitPattern: load(UInt64.self))
    default: nil
    }
  }

  /// Moves the cursor over one value, checking all of it.
  func skip(_ cursor: inout ByteCursor, depth: Int = 0) throws(ByteCursor.Failure) {
    switch self {
    case .string: try cursor.skip(try cursor.count(ofAtLeast: 1, "bytes of a string"))
    case .array: try GGUFArray.skip(&cursor, depth: depth)
    case .bool: try Self.skipBools(1, &cursor)
    default: try cursor.skip(minimumByteCount)
    }
  }

  static func skipBools(_ count: Int, _ cursor: inout ByteCursor) throws(ByteCursor.Failure) {
    let range = try cursor.range(count)
    guard cursor.bytes[range].allSatisfy({ $0 <= 1 }) else {
      throw ByteCursor.Failure(problem: "a truth value at byte \(range.lowerBound) or after is neither 0 nor 1")
    }
  }
}
