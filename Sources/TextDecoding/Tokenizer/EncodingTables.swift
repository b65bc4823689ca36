import ModelFiles

/// What encoding needs and decoding does not, made of a vocabulary.
struct EncodingTables: Sendable {
  private static let noToken = UInt32.max

  private let preTokenizer: PreTokenizer
  private let matchers: [AddedTokenMatcher]
  private let merger: BytePairMerger
  /// The token of each byte, or `noToken`.
  private let byteTokens: [UInt32]
  private let unknownToken: UInt32?
  private let fusesUnknown: Bool
  /// Tokens by spelling, where whole words are looked up.
  private let wholeWords: ByteStringIndex?
  /// What is wrong with the vocabulary. The merges concerned are left out.
  let problem: ModelFileError?

  init(_ vocabulary: TokenizerVocabulary) {
    let origin = vocabulary.origin
    let outside = vocabulary.idsOutsideOfMerging
    let tokens = vocabulary.tokens
    let index = ByteStringIndex(
      tokens, numbers: (0..<tokens.count).lazy.filter { !tokens[$0].isEmpty && !outside.contains($0) })
    var problem: ModelFileError? = index.duplicate.map {
      let spelling = String(decoding: tokens[$0], as: UTF8.self)
      return .invalidValue(path: origin.path, key: origin.tokensKey, problem: "has the token '\(spelling)' twice")
    }
    var merges: [(left: UInt32, right: UInt32, token: UInt32, rank: UInt32)] = []
    do throws(ModelFileError) {
      let texts = try vocabulary.merges().get()
      merges.reserveCapacity(texts.count / 2)
      var product: [UInt8] = []
      for rank in 0..<texts.count / 2 {
        product.removeAll(keepingCapacity: true)
        product.append(contentsOf: texts[2 * rank])
        product.append(contentsOf: texts[2 * rank + 1])
        let left = texts.withBytes(2 * rank) { index.find($0) }
        let right = texts.withBytes(2 * rank + 1) { index.find($0) }
        guard let left, let right, let token = index.find(product) else {
          problem = problem ?? Self.unknownPart(of: rank, texts, origin)
          continue
        }
        merges.append((UInt32(left), UInt32(right), UInt32(token), UInt32(rank)))
      }
    } catch {
      problem = problem ?? error
    }
    self.problem = problem
    merger = BytePairMerger(MergeTable(merges))
    byteTokens = ByteLevelAlphabet.spellings.map { index.find($0).map(UInt32.init) ?? Self.noToken }
    preTokenizer = vocabulary.preTokenizer
    matchers = [false, true].map { isNormalized in
      AddedTokenMatcher(vocabulary.addedTokens.filter { $0.isNormalized == isNormalized })
    }
    unknownToken = vocabulary.unknownToken.map(UInt32.init)
    fusesUnknown = vocabulary.fusesUnknown
    wholeWords = vocabulary.ignoresMergesForWholeWords ? index : nil
  }

  private static func unknownPart(of rank: Int, _ texts: ByteStrings, _ origin: TokenizerVocabulary.Origin)
    -> ModelFileError
  {
    let parts = [texts[2 * rank], texts[2 * rank + 1]].map { "'\(String(decoding: $0, as: UTF8.self))'" }
    let problem = "has merge \(rank) of \(parts[0]) and \(parts[1]), of which a part or the result is no token"
    return .invalidValue(path: origin.path, key: origin.mergesKey, problem: problem)
  }

  func encode(_ text: UTF8Text, parsingSpecialTokens: Bool) -> [Int] {
    var output: [Int] = []
    output.reserveCapacity(text.count / 3 + 1)
    var symbols: [UInt32] = []
    matchers[0].forEachSegment(in: text, parsingSpecialTokens: parsingSpecialTokens) { segment in
      guard case .text(let range) = segment else { return append(segment, to: &output) }
      let part = text[range]
      matchers[1].forEachSegment(in: part, parsingSpecialTokens: parsingSpecialTokens) { segment in
        guard case .text(let range) = segment else { return append(segment, to: &output) }
        preTokenizer.forEachWord(in: part[range]) { appendTokens(ofWord: $0, &symbols, to: &output) }
      }
    }
    return output
  }

  private func append(_ segment: AddedTokenMatcher.Segment, to output: inout [Int]) {
    if case .token(let id) = segment { output.append(id) }
  }

  /// - Parameter symbols: working memory.
  private func appendTokens(ofWord word: UTF8Text, _ symbols: inout [UInt32], to output: inout [Int]) {
    if let wholeWords {
      var spelling: [UInt8] = []
      for byte in word.bytes { spelling.append(contentsOf: ByteLevelAlphabet.spellings[Int(byte)]) }
      if let token = wholeWords.find(spelling) { return output.append(token) }
    }
    symbols.removeAll(keepingCapacity: true)
    var previousIsUnknown = false
    for byte in word.bytes {
      let token = byteTokens[Int(byte)]
      if token != Self.noToken {
        symbols.append(token)
      } else if let unknownToken, !(previousIsUnknown && fusesUnknown) {
        symbols.append(unknownToken)
      }
      previousIsUnknown = token == Self.noToken
    }
    merger.merge(symbols, into: &output)
  }
}
