import Synchronization
package import SystemPackage

/// Chooses the images that a page shows where it cannot show all: a sample that depends on their paths only, not on
/// their order (the smallest of their hashes; "bottom-k", or min-hash, sampling).
///
/// The stages that prepare images ask it from their threads, while the writer adds to it. What it does not want now it
/// will never want, so hardly any thumbnail is wasted.
package final class GallerySample: Sendable {
  package let capacity: Int
  /// The entries by ascending rank; of equal ranks, the earlier image comes first.
  private let entries: Mutex<[Entry]>

  private struct Entry {
    let rank: UInt64
    /// The offset of the image's record.
    let offset: Int
  }

  /// - Parameter capacity: the most images in the sample.
  package init(capacity: Int) {
    precondition(capacity >= 0, "a sample of \(capacity) images")
    self.capacity = capacity
    entries = Mutex([])
  }

  /// The rank of a path: the first eight bytes of the SHA-256 of its bytes.
  package static func rank(of path: FilePath) -> UInt64 {
    path.hashNumber
  }

  /// Whether the image would be in the sample if it came now.
  package func wants(_ path: FilePath) -> Bool { wants(rank: Self.rank(of: path)) }

  package func wants(rank: UInt64) -> Bool { entries.withLock { isWanted(rank, $0) } }

  /// Adds the image, which may push another out.
  package func insert(rank: UInt64, offset: Int) {
    entries.withLock { entries in
      guard isWanted(rank, entries) else { return }
      // Equal ranks are the same path, given twice.
      var (low, high) = (0, entries.count)
      while low < high {
        let middle = (low + high) / 2
        if entries[middle].rank <= rank { low = middle + 1 } else { high = middle }
      }
      if entries.count == capacity { entries.removeLast() }
      entries.insert(Entry(rank: rank, offset: offset), at: low)
    }
  }

  /// Removes all entries of that rank.
  package func remove(rank: UInt64) { entries.withLock { $0.removeAll { $0.rank == rank } } }

  private func isWanted(_ rank: UInt64, _ entries: [Entry]) -> Bool {
    guard entries.count == capacity else { return true }
    return entries.last.map { rank < $0.rank } ?? false
  }

  package var count: Int { entries.withLock { $0.count } }

  /// The offsets of its images' records, ascending.
  package var offsets: [Int] { entries.withLock { $0.map(\.offset) }.sorted() }
}
