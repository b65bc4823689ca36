import HeapModule

/// Which neighbouring symbols merge, and what they become.
package protocol MergeablePairs {
  associatedtype Symbol

  /// The merge of two symbols; lower values merge first. `MergeTable.none` where the two do not merge.
  func find(_ left: Symbol, _ right: Symbol) -> MergeTable.Merge

  func joined(_ left: Symbol, _ right: Symbol, by merge: MergeTable.Merge) -> Symbol
}

package enum BytePairMerging {
  /// Words up to this length are searched for the best merge from end to end, which is faster than a heap while they
  /// fit into a few cache lines.
  package static let longestScannedWord = 40
}

/// Byte-pair encoding of one word (Sennrich et al. 2016): starting from single bytes or characters, the neighbours with
/// the best merge are merged, the leftmost first, until no neighbours merge.
package struct BytePairMerger<Pairs: MergeablePairs> {
  package typealias Symbol = Pairs.Symbol

  private let pairs: Pairs

  package init(_ pairs: Pairs) {
    self.pairs = pairs
  }

  /// Calls `body` with the symbols that a word's symbols merge to, in order.
  @inline(__always)
  package func merge(_ symbols: [Symbol], _ body: (Symbol) -> Void) {
    switch symbols.count {
    case 0: break
    case 1: body(symbols[0])
    case ...BytePairMerging.longestScannedWord: mergeByScanning(symbols, body)
    default: mergeByHeap(symbols, body)
    }
  }

  private func mergeByScanning(_ symbols: [Symbol], _ body: (Symbol) -> Void) {
    var count = symbols.count
    withUnsafeTemporaryAllocation(of: Symbol.self, capacity: count) { tokens in
      // `merges[i]` is the merge of symbol `i` with the one after it.
      withUnsafeTemporaryAllocation(of: MergeTable.Merge.self, capacity: count) { merges in
        _ = tokens.initialize(from: symbols)
        for index in 0..<count - 1 {
          merges.initializeElement(at: index, to: pairs.find(tokens[index], tokens[index + 1]))
        }
        while count > 1 {
          var best = MergeTable.none
          var position = 0
          for index in 0..<count - 1 where merges[index] < best {
            best = merges[index]
            position = index
          }
          guard best != MergeTable.none else { break }
          count -= 1
          tokens[position] = pairs.joined(tokens[position], tokens[position + 1], by: best)
          for index in position + 1..<max(position + 1, count) { tokens[index] = tokens[index + 1] }
          for index in position..<max(position, count - 1) { merges[index] = merges[index + 1] }
          if position > 0 { merges[position - 1] = pairs.find(tokens[position - 1], tokens[position]) }
          if position < count - 1 { merges[position] = pairs.find(tokens[position], tokens[position + 1]) }
        }
        for index in 0..<count { body(tokens[index]) }
      }
    }
  }

  /// The same in O(n log n): symbols are a linked list, and a heap holds the merges, some of them outdated.
  private func mergeByHeap(_ symbols: [Symbol], _ body: (Symbol) -> Void) {
    let count = symbols.count
    var tokens = symbols
    var next = Array(1...count)
    var previous = Array(-1..<count - 1)
    var merges = [MergeTable.Merge](repeating: MergeTable.none, count: count)
    var candidates: [MergeCandidate] = []
    candidates.reserveCapacity(count)
    for index in 0..<count - 1 {
      merges[index] = pairs.find(tokens[index], tokens[index + 1])
      if merges[index] != MergeTable.none { candidates.append(MergeCandidate(merges[index], at: index)) }
    }
    var heap = Heap(candidates)
    while let candidate = heap.popMin() {
      let position = candidate.position
      // Outdated: one of the two has since merged with its other neighbour.
      guard merges[position] == candidate.merge else { continue }
      let absorbed = next[position]
      tokens[position] = pairs.joined(tokens[position], tokens[absorbed], by: candidate.merge)
      merges[absorbed] = MergeTable.none
      next[position] = next[absorbed]
      if next[position] < count { previous[next[position]] = position }
      for left in [previous[position], position] where left >= 0 {
        merges[left] = next[left] < count ? pairs.find(tokens[left], tokens[next[left]]) : MergeTable.none
        if merges[left] != MergeTable.none { heap.insert(MergeCandidate(merges[left], at: left)) }
      }
    }
    var position = 0
    while position < count {
      body(tokens[position])
      position = next[position]
    }
  }
}

extension BytePairMerger: Sendable where Pairs: Sendable {}

private struct MergeCandidate: Comparable {
  let merge: MergeTable.Merge
  let position: Int

  init(_ merge: MergeTable.Merge, at position: Int) {
    self.merge = merge
    self.position = position
  }

  static func < (left: MergeCandidate, right: MergeCandidate) -> Bool {
    left.merge != right.merge ? left.merge < right.merge : left.position < right.position
  }
}
