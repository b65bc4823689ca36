import HeapModule

/// Byte-pair encoding of one word (Sennrich et al. 2016): starting from single bytes, the neighbours whose merge has
/// the lowest rank are merged, the leftmost first, until none of them merges.
package struct BytePairMerger: Sendable {
  /// Words up to this length are searched for the best merge from end to end, which beats a heap while they fit into
  /// a few cache lines.
  package static let longestScannedWord = 40

  private let merges: MergeTable

  package init(_ merges: MergeTable) {
    self.merges = merges
  }

  /// Appends the tokens of a word.
  ///
  /// - Parameter symbols: the token of each of its bytes.
  package func merge(_ symbols: [UInt32], into output: inout [Int]) {
    switch symbols.count {
    case 0: break
    case 1: output.append(Int(symbols[0]))
    case ...Self.longestScannedWord: mergeByScanning(symbols, into: &output)
    default: mergeByHeap(symbols, into: &output)
    }
  }

  private func mergeByScanning(_ symbols: [UInt32], into output: inout [Int]) {
    var count = symbols.count
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { tokens in
      // `pairs[i]` is the merge of symbol `i` with the one after it.
      withUnsafeTemporaryAllocation(of: MergeTable.Merge.self, capacity: count) { pairs in
        _ = tokens.initialize(from: symbols)
        for index in 0..<count - 1 {
          pairs.initializeElement(at: index, to: merges.find(tokens[index], tokens[index + 1]))
        }
        while count > 1 {
          var best = MergeTable.none
          var position = 0
          for index in 0..<count - 1 where pairs[index] < best {
            best = pairs[index]
            position = index
          }
          guard best != MergeTable.none else { break }
          count -= 1
          tokens[position] = MergeTable.token(best)
          for index in position + 1..<max(position + 1, count) { tokens[index] = tokens[index + 1] }
          for index in position..<max(position, count - 1) { pairs[index] = pairs[index + 1] }
          if position > 0 { pairs[position - 1] = merges.find(tokens[position - 1], tokens[position]) }
          if position < count - 1 { pairs[position] = merges.find(tokens[position], tokens[position + 1]) }
        }
        for index in 0..<count { output.append(Int(tokens[index])) }
      }
    }
  }

  /// The same in O(n log n): symbols are a linked list, and a heap holds the merges, some of them outdated.
  private func mergeByHeap(_ symbols: [UInt32], into output: inout [Int]) {
    let count = symbols.count
    var tokens = symbols
    var next = Array(1...count)
    var previous = Array(-1..<count - 1)
    var pairs = [MergeTable.Merge](repeating: MergeTable.none, count: count)
    var candidates: [Candidate] = []
    candidates.reserveCapacity(count)
    for index in 0..<count - 1 {
      pairs[index] = merges.find(tokens[index], tokens[index + 1])
      if pairs[index] != MergeTable.none { candidates.append(Candidate(pairs[index], at: index)) }
    }
    var heap = Heap(candidates)
    while let candidate = heap.popMin() {
      let position = candidate.position
      // Outdated: one of the two has merged with its other neighbour meanwhile.
      guard pairs[position] == candidate.merge else { continue }
      let absorbed = next[position]
      tokens[position] = MergeTable.token(candidate.merge)
      pairs[absorbed] = MergeTable.none
      next[position] = next[absorbed]
      if next[position] < count { previous[next[position]] = position }
      for left in [previous[position], position] where left >= 0 {
        pairs[left] = next[left] < count ? merges.find(tokens[left], tokens[next[left]]) : MergeTable.none
        if pairs[left] != MergeTable.none { heap.insert(Candidate(pairs[left], at: left)) }
      }
    }
    var position = 0
    while position < count {
      output.append(Int(tokens[position]))
      position = next[position]
    }
  }

  private struct Candidate: Comparable {
    let merge: MergeTable.Merge
    let position: Int

    init(_ merge: MergeTable.Merge, at position: Int) {
      self.merge = merge
      self.position = position
    }

    static func < (left: Candidate, right: Candidate) -> Bool {
      left.merge != right.merge ? left.merge < right.merge : left.position < right.position
    }
  }
}
