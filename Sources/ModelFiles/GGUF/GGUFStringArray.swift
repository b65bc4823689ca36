package import Tensors

/// The strings of a GGUF array as they lie in the mapped file: no string is made before it is asked for, so that a
/// vocabulary of 49,000 tokens opens in well under a millisecond.
///
/// Elements are bytes, since tokens need not be valid UTF-8 and must not be compared by Unicode equivalence.
package struct GGUFStringArray: RandomAccessCollection, Sendable {
  private let bytes: StoredTensor.Bytes
  /// Where each string's bytes start; its length lies in the eight bytes before.
  private let starts: [UInt32]

  /// - Parameter bytes: starts with the first string; `GGUFArray.skip` has found `count` strings there.
  init?(valid bytes: StoredTensor.Bytes, count: Int) {
    self.bytes = bytes
    var cursor = ByteCursor(bytes.buffer)
    var starts: [UInt32] = []
    starts.reserveCapacity(count)
    for _ in 0..<count {
      guard let length = try? cursor.count(ofAtLeast: 1, "bytes of a string"),
        let start = UInt32(exactly: cursor.position), (try? cursor.skip(length)) != nil
      else { return nil }
      starts.append(start)
    }
    self.starts = starts
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { starts.count }

  /// The bytes of a string. They keep the file mapped.
  package subscript(position: Int) -> StoredTensor.Bytes {
    let start = Int(starts[position])
    let length = bytes.buffer.loadUnaligned(fromByteOffset: start - 8, as: UInt64.self)
    return bytes[start..<start + Int(UInt64(littleEndian: length))]
  }

  /// Calls `body` with the bytes of every string in order, without the cost of keeping the file mapped for each.
  package func forEachBuffer(_ body: (Int, UnsafeRawBufferPointer) throws -> Void) rethrows {
    try withExtendedLifetime(bytes) {
      for (index, start) in starts.enumerated() {
        let length = bytes.buffer.loadUnaligned(fromByteOffset: Int(start) - 8, as: UInt64.self)
        let string = bytes.buffer[Int(start)..<Int(start) + Int(UInt64(littleEndian: length))]
        try body(index, UnsafeRawBufferPointer(rebasing: string))
      }
    }
  }

  /// The string at `position`; `nil` where its bytes are not valid UTF-8.
  package func string(at position: Int) -> String? {
    let bytes = self[position]
    return withExtendedLifetime(bytes) { String(validating: bytes.buffer) }
  }
}
