/// Reads little-endian values from memory in order, never beyond its end.
struct ByteCursor {
  struct Failure: Error, Equatable {
    let problem: String
  }

  let bytes: UnsafeRawBufferPointer
  private(set) var position: Int

  /// - Parameter bytes: must stay valid for as long as the cursor is used.
  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    self.bytes = bytes
    self.position = min(max(position, 0), bytes.count)
  }

  var remaining: Int { bytes.count - position }

  mutating func read<Integer: FixedWidthInteger>(_: Integer.Type = Integer.self) throws(Failure) -> Integer {
    let start = position
    try skip(MemoryLayout<Integer>.size)
    return Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Integer.self))
  }

  mutating func skip(_ count: Int) throws(Failure) {
    guard count >= 0, count <= remaining else {
      throw Failure(problem: "it ends at byte \(bytes.count), within a value that starts at byte \(position)")
    }
    position += count
  }

  /// A count of items that take at least `minimumByteCount` bytes each, checked: so many can still follow.
  mutating func count(ofAtLeast minimumByteCount: Int, _ what: String) throws(Failure) -> Int {
    let declared: UInt64 = try read()
    guard let count = Int(exactly: declared), count <= remaining / minimumByteCount else {
      throw Failure(problem: "\(declared) \(what) cannot fit in the \(remaining) bytes that follow")
    }
    return count
  }

  /// The range of the next `count` bytes.
  mutating func range(_ count: Int) throws(Failure) -> Range<Int> {
    let start = position
    try skip(count)
    return start..<position
  }
}
