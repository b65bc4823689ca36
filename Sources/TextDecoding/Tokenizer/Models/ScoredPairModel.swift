import ModelFiles

/// SentencePiece's byte-pair encoding (Kudo and Richardson 2018): among all neighbours that together are a token, those
/// whose token has the highest score merge first. There is no list of merges.
struct ScoredPairModel: SubwordModel {
  private let lookup: TokenLookup
  /// The number of scores that are higher than that of each token.
  private let ranks: [UInt32]
  private let byteFallback: ByteFallback
  private let unknownToken: Int?
  let problem: ModelFileError?

  init(_ vocabulary: TokenizerVocabulary) {
    // A byte's token is not made of the text that spells it.
    let lookup = TokenLookup(vocabulary, excluding: vocabulary.idsOutsideOfMerging)
    self.lookup = lookup
    let tokens = vocabulary.tokens
    var bytes: [[UInt8]: UInt32] = [:]
    for id in vocabulary.idsOutsideOfMerging { bytes[Array(tokens[id])] = UInt32(id) }
    byteFallback = ByteFallback { bytes[$0] ?? lookup.token($0) }
    unknownToken = vocabulary.unknownToken
    let scores = vocabulary.scores()
    if case .success(let scores) = scores {
      ranks = Self.ranks(scores)
      problem = lookup.problem
    } else {
      ranks = [UInt32](repeating: 0, count: tokens.count)
      if case .failure(let error) = scores { problem = error } else { problem = nil }
    }
  }

  private static func ranks(_ scores: [Double]) -> [UInt32] {
    var ranks = [UInt32](repeating: 0, count: scores.count)
    var rank: UInt32 = 0
    var previous = Double.infinity
    for id in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
      if scores[id] < previous { rank += 1 }
      ranks[id] = rank
      previous = scores[id]
    }
    return ranks
  }

  func append(_ word: UTF8Text, to output: inout [Int]) {
    var pieces: [Range<Int>] = []
    pieces.reserveCapacity(word.count)
    var position = 0
    while position < word.count {
      let end = position + word.character(at: position).length
      pieces.append(position..<end)
      position = end
    }
    var wasUnknown = false
    BytePairMerger(Pairs(text: word, index: lookup.index, ranks: ranks)).merge(pieces) { piece in
      var bytes: [UInt32] = []
      if let token = lookup.index.find(word[piece].bytes) {
        output.append(token)
        wasUnknown = false
      } else if byteFallback.append(word.bytes[piece], to: &bytes) {
        output.append(contentsOf: bytes.map(Int.init))
        wasUnknown = false
      } else if let unknownToken {
        if !wasUnknown { output.append(unknownToken) }
        wasUnknown = true
      }
    }
  }

  private struct Pairs: MergeablePairs {
    let text: UTF8Text
    let index: ByteStringIndex
    let ranks: [UInt32]

    func find(_ left: Range<Int>, _ right: Range<Int>) -> MergeTable.Merge {
      guard let token = index.find(text[left.lowerBound..<right.upperBound].bytes) else { return MergeTable.none }
      return MergeTable.Merge(ranks[token])
    }

    func joined(_ left: Range<Int>, _ right: Range<Int>, by merge: MergeTable.Merge) -> Range<Int> {
      left.lowerBound..<right.upperBound
    }
  }
}
