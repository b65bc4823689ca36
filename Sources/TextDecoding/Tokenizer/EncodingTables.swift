import ModelFiles

/// The tables that encoding needs and decoding does not, made from a vocabulary.
struct EncodingTables: Sendable {
  private let normalizer: TextNormalizer
  private let preTokenizer: PreTokenizer
  /// The matchers of added tokens: those found in the original text, and those found in the normalised text.
  private let matchers: [AddedTokenMatcher]
  private let model: any SubwordModel
  /// The problem with the vocabulary, if any. The affected entries are left out.
  let problem: ModelFileError?

  init(_ vocabulary: TokenizerVocabulary) {
    normalizer = vocabulary.normalizer
    preTokenizer = vocabulary.preTokenizer
    let normalizer = normalizer
    let normalized = vocabulary.addedTokens.filter(\.isNormalized).map { token in
      var token = token
      token.spelling = normalizer.normalize(token.spelling)
      return token
    }
    matchers = [
      AddedTokenMatcher(vocabulary.addedTokens.filter { !$0.isNormalized }), AddedTokenMatcher(normalized),
    ]
    switch vocabulary.kind {
    case .byteLevelBPE, .characterBPE:
      let model = BytePairModel(vocabulary)
      (self.model, problem) = (model, model.problem)
    case .scoredBPE:
      let model = ScoredPairModel(vocabulary)
      (self.model, problem) = (model, model.problem)
    case .unigram:
      let model = UnigramModel(vocabulary)
      (self.model, problem) = (model, model.problem)
    }
  }

  func encode(_ text: UTF8Text, parsingSpecialTokens: Bool) -> [Int] {
    var output: [Int] = []
    output.reserveCapacity(text.count / 3 + 1)
    matchers[0].forEachSegment(in: text, parsingSpecialTokens: parsingSpecialTokens) { segment in
      guard case .text(let range) = segment else { return append(segment, to: &output) }
      normalizer.withNormalized(text[range]) { part in
        matchers[1].forEachSegment(in: part, parsingSpecialTokens: parsingSpecialTokens) { segment in
          guard case .text(let inner) = segment else { return append(segment, to: &output) }
          let isAtStart = range.lowerBound == 0 && inner.lowerBound == 0
          preTokenizer.forEachWord(in: part[inner], isAtStart: isAtStart) { model.append($0, to: &output) }
        }
      }
    }
    return output
  }

  private func append(_ segment: AddedTokenMatcher.Segment, to output: inout [Int]) {
    if case .token(let id) = segment { output.append(id) }
  }
}
