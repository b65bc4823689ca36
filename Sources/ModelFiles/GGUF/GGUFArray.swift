import Tensors

/// An array of GGUF metadata, read from the mapped file when asked.
package struct GGUFArray: Sendable {
  static let maximumDepth = 8

  package let elementType: GGUFValueType
  package let count: Int
  /// The bytes from the first element to the end of the file.
  private let bytes: StoredTensor.Bytes

  /// The array at the start of `bytes`, which `skip` has found valid.
  init(valid bytes: StoredTensor.Bytes) {
    let head = bytes.buffer
    elementType = GGUFValueType(rawValue: UInt32(littleEndian: head.loadUnaligned(as: UInt32.self))) ?? .uint8
    count = Int(UInt64(littleEndian: head.loadUnaligned(fromByteOffset: 4, as: UInt64.self)))
    self.bytes = bytes[12..<bytes.count]
  }

  /// The elements as integers; `nil` where they are of another type, or one does not fit.
  package func integers() -> [Int]? {
    guard elementType.isInteger, let stride = elementType.byteCount else { return nil }
    return withExtendedLifetime(bytes) {
      var values: [Int] = []
      values.reserveCapacity(count)
      for index in 0..<count {
        guard let value = elementType.integer(bytes.buffer, at: index * stride) else { return nil }
        values.append(value)
      }
      return values
    }
  }

  /// The elements as floating-point numbers; `nil` where they are of another type.
  package func floats() -> [Float]? {
    guard elementType == .float32 || elementType == .float64, let stride = elementType.byteCount else { return nil }
    return withExtendedLifetime(bytes) {
      (0..<count).map { Float(elementType.float(bytes.buffer, at: $0 * stride) ?? .nan) }
    }
  }

  /// The elements as truth values; `nil` where they are of another type.
  package func bools() -> [Bool]? {
    guard elementType == .bool else { return nil }
    return withExtendedLifetime(bytes) { bytes.buffer.prefix(count).map { $0 != 0 } }
  }

  /// The elements as a view of strings; `nil` where they are of another type.
  package func strings() -> GGUFStringArray? {
    elementType == .string ? GGUFStringArray(valid: bytes, count: count) : nil
  }

  /// The elements as arrays; `nil` where they are of another type.
  package func arrays() -> [GGUFArray]? {
    guard elementType == .array else { return nil }
    return withExtendedLifetime(bytes) {
      var cursor = ByteCursor(bytes.buffer)
      var arrays: [GGUFArray] = []
      for _ in 0..<count {
        arrays.append(GGUFArray(valid: bytes[cursor.position..<bytes.count]))
        // It cannot fail: opening the file went over the same bytes.
        guard (try? Self.skip(&cursor, depth: 0)) != nil else { return nil }
      }
      return arrays
    }
  }

  /// The first `shownCount` elements, where they are neither strings nor arrays.
  func plainElements(_ shownCount: Int) -> [MetadataValue] {
    guard let stride = elementType.byteCount else { return [] }
    return withExtendedLifetime(bytes) {
      (0..<min(count, shownCount)).compactMap { elementType.shown(bytes.buffer, at: $0 * stride) }
    }
  }

  /// Moves the cursor over an array, checking all of it.
  static func skip(_ cursor: inout ByteCursor, depth: Int) throws(ByteCursor.Failure) {
    guard depth < maximumDepth else {
      throw ByteCursor.Failure(problem: "arrays nested more than \(maximumDepth) deep")
    }
    let number: UInt32 = try cursor.read()
    guard let type = GGUFValueType(rawValue: number) else {
      throw ByteCursor.Failure(problem: "an array has the unknown element type \(number)")
    }
    let count = try cursor.count(ofAtLeast: type.minimumByteCount, "array elements")
    switch type {
    case .bool: try GGUFValueType.skipBools(count, &cursor)
    case .string, .array: for _ in 0..<count { try type.skip(&cursor, depth: depth + 1) }
    default: try cursor.skip(count * type.minimumByteCount)
    }
  }
}
