/// Reads little-endian fields one after the other, never past the end.
struct ZipFields {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var remaining: Int { bytes.endIndex - position }

  /// The next `count` bytes, or `nil` where there are fewer.
  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= remaining else { return nil }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func uint16() -> UInt16? { integer() }
  mutating func uint32() -> UInt32? { integer() }
  mutating func uint64() -> UInt64? { integer() }

  private mutating func integer<Value: FixedWidthInteger>() -> Value? {
    take(MemoryLayout<Value>.size).map { $0.reversed().reduce(0) { $0 << 8 | Value($1) } }
  }
}
