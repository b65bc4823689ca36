/// The `capacity` largest of the scores offered, found without sorting or copying the rest: a heap whose root is the
/// smallest one kept. Among equal scores the one with the lower index counts as larger.
package struct LargestScores {
  package struct Entry: Equatable {
    package let score: Double
    package let index: Int

    fileprivate func isBelow(_ other: Entry) -> Bool {
      score != other.score ? score < other.score : index > other.index
    }
  }

  private let capacity: Int
  private var heap: [Entry] = []

  package init(capacity: Int) {
    self.capacity = capacity
  }

  /// A score must reach this to be kept; -infinity while there is room.
  package var threshold: Double {
    guard heap.count >= capacity else { return -.infinity }
    return heap.first?.score ?? .infinity
  }

  package mutating func removeAll() { heap.removeAll(keepingCapacity: true) }

  package mutating func offer(_ score: Double, index: Int) {
    let entry = Entry(score: score, index: index)
    if heap.count < capacity {
      heap.append(entry)
      siftUp(from: heap.count - 1)
    } else if let smallest = heap.first, smallest.isBelow(entry) {
      heap[0] = entry
      siftDown()
    }
  }

  /// Offers score + `offset` for a whole row, with indices from `base` on; scores of -infinity are skipped.
  package mutating func offer(_ scores: UnsafeBufferPointer<Float>, plus offset: Double, base: Int) {
    // In single precision and one step lower: it passes all scores that may be kept, and few others.
    var cut = Float(threshold - offset).nextDown
    for index in 0..<scores.count where scores[index] > cut {
      offer(Double(scores[index]) + offset, index: base + index)
      cut = Float(threshold - offset).nextDown
    }
  }

  /// The kept scores, largest first.
  package func sorted() -> [Entry] {
    heap.sorted { $1.isBelow($0) }
  }

  private mutating func siftUp(from start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBelow(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func siftDown() {
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBelow(heap[smallest]) {
        smallest = child
      }
      guard smallest != parent else { return }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
