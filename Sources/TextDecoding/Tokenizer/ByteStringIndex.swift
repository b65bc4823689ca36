#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Finds the number of a byte string.
///
/// Swift's `String` does not work as a key: it compares by Unicode equivalence, so that composed and decomposed "é",
/// two tokens of many vocabularies, would be one.
struct ByteStringIndex: Sendable {
  private let strings: ByteStrings
  /// Open addressing with linear probing: numbers of strings, -1 where free.
  private let slots: [Int32]
  /// The number of a string that occurs twice; lookups find the later one.
  let duplicate: Int?

  /// - Parameter numbers: the numbers of the strings to index; the others are not found.
  init(_ strings: ByteStrings, numbers: some Sequence<Int>) {
    var size = 16
    while size < 2 * strings.count { size *= 2 }
    var slots = [Int32](repeating: -1, count: size)
    var duplicate: Int?
    for number in numbers {
      strings.withBytes(number) { bytes in
        var slot = Self.hash(bytes) & (size - 1)
        while slots[slot] >= 0, !Self.isEqual(strings, Int(slots[slot]), bytes) { slot = (slot + 1) & (size - 1) }
        if slots[slot] >= 0 { duplicate = duplicate ?? number }
        slots[slot] = Int32(number)
      }
    }
    self.strings = strings
    self.slots = slots
    self.duplicate = duplicate
  }

  func find(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var slot = Self.hash(bytes) & (slots.count - 1)
    while slots[slot] >= 0 {
      if Self.isEqual(strings, Int(slots[slot]), bytes) { return Int(slots[slot]) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  func find(_ bytes: [UInt8]) -> Int? { bytes.withUnsafeBytes { find($0) } }

  // The seed differs in each process, so that no file can be crafted to collide.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: bytes)
    return hasher.finalize()
  }

  private static func isEqual(_ strings: ByteStrings, _ number: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
    strings.withBytes(number) { other in
      guard other.count == bytes.count else { return false }
      guard let left = other.baseAddress, let right = bytes.baseAddress else { return true }
      return memcmp(left, right, bytes.count) == 0
    }
  }
}
