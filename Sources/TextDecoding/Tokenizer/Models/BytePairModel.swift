import ModelFiles

/// Byte-pair encoding by a list of merges, over bytes in the alphabet of `ByteLevelAlphabet` or over characters.
struct BytePairModel: SubwordModel {
  private enum Units {
    /// The token of each byte.
    case bytes([UInt32])
    /// The token of each ASCII character; others are looked up.
    case characters(ascii: [UInt32])
  }

  private let lookup: TokenLookup
  private let merger: BytePairMerger<MergeTable>
  private let units: Units
  private let byteFallback: ByteFallback?
  private let unknownToken: UInt32?
  private let fusesUnknown: Bool
  private let takesWholeWords: Bool
  /// The problem with the vocabulary, if any. The affected merges are left out.
  let problem: ModelFileError?

  init(_ vocabulary: TokenizerVocabulary) {
    let lookup = TokenLookup(vocabulary, excluding: vocabulary.idsOutsideOfMerging)
    let index = lookup.index
    var problem = lookup.problem
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
          problem = problem ?? Self.unknownPart(of: rank, texts, vocabulary.origin)
          continue
        }
        merges.append((UInt32(left), UInt32(right), UInt32(token), UInt32(rank)))
      }
    } catch {
      problem = problem ?? error
    }
    self.problem = problem
    self.lookup = lookup
    merger = BytePairMerger(MergeTable(merges))
    units =
      vocabulary.kind == .byteLevelBPE
      ? .bytes(ByteLevelAlphabet.spellings.map(lookup.token))
      : .characters(ascii: (0..<0x80).map { lookup.token([$0]) })
    byteFallback = vocabulary.fallsBackToBytes ? ByteFallback(lookup.token) : nil
    unknownToken = vocabulary.unknownToken.map(UInt32.init)
    fusesUnknown = vocabulary.fusesUnknown
    takesWholeWords = vocabulary.ignoresMergesForWholeWords
  }

  private static func unknownPart(of rank: Int, _ texts: ByteStrings, _ origin: TokenizerVocabulary.Origin)
    -> ModelFileError
  {
    let parts = [texts[2 * rank], texts[2 * rank + 1]].map { "'\(String(decoding: $0, as: UTF8.self))'" }
    let problem = "has merge \(rank) of \(parts[0]) and \(parts[1]), of which a part or the result is no token"
    return .invalidValue(path: origin.path, key: origin.mergesKey, problem: problem)
  }

  func append(_ word: UTF8Text, to output: inout [Int]) {
    if takesWholeWords, let token = lookup.index.find(spelling(of: word)) { return output.append(token) }
    merger.merge(symbols(of: word)) { output.append(Int($0)) }
  }

  private func spelling(of word: UTF8Text) -> [UInt8] {
    guard case .bytes = units else { return Array(word.bytes) }
    return word.bytes.flatMap { ByteLevelAlphabet.spellings[Int($0)] }
  }

  private func symbols(of word: UTF8Text) -> [UInt32] {
    var symbols: [UInt32] = []
    symbols.reserveCapacity(word.count)
    // An unknown token is held back until it is clear that nothing joins it (bytes do not), as in `tokenizers`.
    var isUnknownPending = false
    func append(_ token: UInt32, _ bytes: @autoclosure () -> UnsafeRawBufferPointer.SubSequence) {
      if token != TokenLookup.noToken {
        if isUnknownPending, let unknownToken { symbols.append(unknownToken) }
        isUnknownPending = false
        symbols.append(token)
        return
      }
      if let byteFallback, byteFallback.append(bytes(), to: &symbols) { return }
      if isUnknownPending, !fusesUnknown, let unknownToken { symbols.append(unknownToken) }
      isUnknownPending = true
    }
    switch units {
    case .bytes(let tokens):
      for (position, byte) in word.bytes.enumerated() {
        append(tokens[Int(byte)], word.bytes[position..<position + 1])
      }
    case .characters(let ascii):
      var position = 0
      while position < word.count {
        let byte = word.bytes[position]
        let length = byte < 0x80 ? 1 : word.character(at: position).length
        let bytes = word.bytes[position..<position + length]
        let token =
          byte < 0x80
          ? ascii[Int(byte)]
          : lookup.index.find(UnsafeRawBufferPointer(rebasing: bytes)).map(UInt32.init) ?? TokenLookup.noToken
        append(token, bytes)
        position += length
      }
    }
    if isUnknownPending, let unknownToken { symbols.append(unknownToken) }
    return symbols
  }
}
