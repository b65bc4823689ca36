/// Which pairs of neighbouring tokens merge, in which order of preference, and what they become.
package struct MergeTable: MergeablePairs, Sendable {
  /// The rank of a merge (lower goes first) above the 32 bits of the token that it makes, so that comparing two
  /// compares their ranks.
  package typealias Merge = UInt64

  package static let none = Merge.max

  /// A hash table with open addressing and linear probing; a key and its merge are side by side, in one cache line.
  private let entries: [UInt64]
  private let mask: Int
  // It differs in each process, so that no file can be crafted to collide.
  private let multiplier = UInt64.random(in: 0...UInt64.max) | 1

  static func rank(_ merge: Merge) -> UInt32 { UInt32(truncatingIfNeeded: merge >> 32) }
  static func token(_ merge: Merge) -> UInt32 { UInt32(truncatingIfNeeded: merge) }

  /// - Parameter merges: the merges in order of preference. A pair that occurs twice has the later rank, as in
  ///   `tokenizers`.
  package init(_ merges: [(left: UInt32, right: UInt32, token: UInt32, rank: UInt32)]) {
    var size = 16
    while size < 2 * merges.count { size *= 2 }
    mask = size - 1
    var entries = [UInt64](repeating: Self.none, count: 2 * size)
    for merge in merges {
      let key = Self.key(merge.left, merge.right)
      var slot = Self.slot(key, multiplier, mask)
      while entries[2 * slot] != Self.none, entries[2 * slot] != key { slot = (slot + 1) & mask }
      entries[2 * slot] = key
      entries[2 * slot + 1] = UInt64(merge.rank) << 32 | UInt64(merge.token)
    }
    self.entries = entries
  }

  /// The merge of two neighbours, or `none`.
  @inline(__always)
  package func find(_ left: UInt32, _ right: UInt32) -> Merge {
    let key = Self.key(left, right)
    return entries.withUnsafeBufferPointer { entries in
      var slot = Self.slot(key, multiplier, mask)
      while entries[2 * slot] != Self.none {
        if entries[2 * slot] == key { return entries[2 * slot + 1] }
        slot = (slot + 1) & mask
      }
      return Self.none
    }
  }

  @inline(__always)
  package func joined(_ left: UInt32, _ right: UInt32, by merge: Merge) -> UInt32 { Self.token(merge) }

  private static func key(_ left: UInt32, _ right: UInt32) -> UInt64 { UInt64(left) << 32 | UInt64(right) }

  private static func slot(_ key: UInt64, _ multiplier: UInt64, _ mask: Int) -> Int {
    // The high half of the product depends on every bit of the key.
    Int(truncatingIfNeeded: (key &* multiplier) >> 32) & mask
  }
}
