import Testing
import TextDecoding

@Suite("Byte-pair merging")
struct BytePairMergerTests {
  struct Merge {
    let left: UInt32
    let right: UInt32
    let token: UInt32
    let rank: UInt32
  }

  /// Merges of random pairs of 4 symbols and of what earlier merges make.
  private func randomMerges(_ generator: inout SplitMix64) -> [Merge] {
    var known = Set<[UInt32]>()
    var merges: [Merge] = []
    for rank in 0..<UInt32(40) {
      let token = 4 + rank
      let pair = [UInt32.random(in: 0..<token, using: &generator), UInt32.random(in: 0..<token, using: &generator)]
      if known.insert(pair).inserted { merges.append(Merge(left: pair[0], right: pair[1], token: token, rank: rank)) }
    }
    return merges.shuffled(using: &generator)
  }

  /// The definition: as long as there is one, merge the leftmost pair of the lowest rank.
  private func definition(_ symbols: [UInt32], _ merges: [Merge]) -> [Int] {
    var symbols = symbols
    while true {
      let candidates = zip(symbols, symbols.dropFirst()).enumerated().compactMap { position, pair in
        merges.first { $0.left == pair.0 && $0.right == pair.1 }.map { ($0, position) }
      }
      guard let (merge, position) = candidates.min(by: { ($0.0.rank, $0.1) < ($1.0.rank, $1.1) }) else { break }
      symbols[position] = merge.token
      symbols.remove(at: position + 1)
    }
    return symbols.map(Int.init)
  }

  @Test("follows its definition for words of every length, searched or with a heap", arguments: 0..<4)
  func followsDefinition(seed: UInt64) {
    var generator = SplitMix64(state: seed)
    let merges = randomMerges(&generator)
    let merger = BytePairMerger(MergeTable(merges.map { ($0.left, $0.right, $0.token, $0.rank) }))
    let limit = BytePairMerging.longestScannedWord
    for length in Array(0...8) + [limit - 1, limit, limit + 1, limit + 2, 3 * limit] {
      for _ in 0..<5 {
        let symbols = (0..<length).map { _ in UInt32.random(in: 0..<4, using: &generator) }
        var output: [Int] = []
        merger.merge(symbols) { output.append(Int($0)) }
        #expect(output == definition(symbols, merges))
      }
    }
  }
}

/// A small generator with a seed (Steele et al. 2014).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
