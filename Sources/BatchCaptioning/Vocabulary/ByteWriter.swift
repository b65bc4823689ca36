/// Writes little-endian numbers, and lists preceded by their lengths, one after the other.
struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func append(_ integer: some FixedWidthInteger) {
    withUnsafeBytes(of: integer.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(list: [UInt8]) {
    append(UInt32(clamping: list.count))
    bytes += list
  }
}

/// Reads what `ByteWriter` wrote; every value is `nil` where the bytes end too early.
struct ByteReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() -> UInt8? { rest.popFirst() }

  mutating func integer<Integer: FixedWidthInteger>() -> Integer? {
    guard let bytes = bytes(MemoryLayout<Integer>.size) else { return nil }
    return bytes.withUnsafeBytes { Integer(littleEndian: $0.loadUnaligned(as: Integer.self)) }
  }

  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func list() -> ArraySlice<UInt8>? {
    guard let count: UInt32 = integer() else { return nil }
    return bytes(Int(count))
  }

  mutating func text() -> String? { list().map { String(decoding: $0, as: UTF8.self) } }
}
