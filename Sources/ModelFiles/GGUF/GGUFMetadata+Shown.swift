import Tensors

extension GGUFMetadata {
  /// A value as it is shown to people; `nil` where there is no such key. Bytes that are no UTF-8 are replaced.
  func shown(_ key: String) -> MetadataValue? {
    guard let entry = entries[key] else { return nil }
    return withExtendedLifetime(bytes) {
      switch entry.type {
      case .string:
        var cursor = ByteCursor(bytes.buffer, at: entry.offset)
        // Opening the file went over the same bytes: it cannot fail.
        guard let length = try? cursor.count(ofAtLeast: 1, "bytes"), let range = try? cursor.range(length) else {
          return nil
        }
        return .string(String(decoding: bytes.buffer[range], as: UTF8.self))
      case .array: return GGUFArray(valid: bytes[entry.offset..<bytes.count]).shown
      default: return entry.type.shown(bytes.buffer, at: entry.offset)
      }
    }
  }
}

extension GGUFArray {
  /// The first elements.
  fileprivate var shown: MetadataValue {
    let shownCount = min(count, MetadataValue.shownElements)
    let first: [MetadataValue] =
      if let strings = strings() {
        (0..<shownCount).map { index in
          let string = strings[index]
          return withExtendedLifetime(string) { .string(String(decoding: string.buffer, as: UTF8.self)) }
        }
      } else if let arrays = arrays() {
        arrays.prefix(shownCount).map(\.shown)
      } else {
        plainElements(shownCount)
      }
    return .array(of: "\(elementType)", count: count, first: first)
  }
}

extension GGUFValueType {
  /// The value at `offset`, of a type that takes the same room whatever its value; `nil` for the others.
  func shown(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> MetadataValue? {
    if self == .bool { return .bool(bytes[offset] != 0) }
    if let number = float(bytes, at: offset) { return .number(number) }
    if let integer = integer(bytes, at: offset) { return .integer(integer) }
    if self == .uint64 {
      return .natural(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    }
    return nil
  }
}
