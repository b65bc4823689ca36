package import ModelFiles

extension SubwordTokenizer {
  /// The tokeniser in a GGUF file's metadata. `tokenizer.ggml.model` is one of
  ///
  /// - `gpt2`, byte-level BPE, and `tokenizer.ggml.pre` is `gpt2`, `gpt-2`, `smollm`, `llama-bpe`, `llama3`,
  ///   `llama-v3`, `qwen2` or `default`;
  /// - `llama`, SentencePiece's BPE with byte fallback, as of Llama 2, Mistral and Gemma;
  /// - `t5`, SentencePiece's unigram model.
  ///
  /// Merges and scores are read when text is first encoded; `prepareToEncode` checks them.
  /// - Throws: `ModelFileError.missingValue`, `.invalidValue`, or `.unsupported` for any other kind of tokeniser.
  package convenience init(gguf: GGUFFile) throws(ModelFileError) {
    self.init(try TokenizerVocabulary(gguf: gguf))
  }
}

extension TokenizerVocabulary {
  private static let modelKey = "tokenizer.ggml.model"
  private static let tokensKey = "tokenizer.ggml.tokens"
  private static let mergesKey = "tokenizer.ggml.merges"
  private static let scoresKey = "tokenizer.ggml.scores"
  private static let typesKey = "tokenizer.ggml.token_type"
  private static let spacePrefixKey = "tokenizer.ggml.add_space_prefix"
  private static let extraSpacesKey = "tokenizer.ggml.remove_extra_whitespaces"
  private static let characterMapKey = "tokenizer.ggml.precompiled_charsmap"

  /// `tokenizer.ggml.token_type`, by llama.cpp's numbers.
  private enum TokenType: Int {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  package init(gguf: GGUFFile) throws(ModelFileError) {
    let metadata = gguf.metadata
    let model = try metadata.string(Self.modelKey)
    guard ["gpt2", "llama", "t5"].contains(model) else { throw Self.unsupported(Self.modelKey, "'\(model)'", metadata) }
    let texts = try metadata.strings(Self.tokensKey)
    guard texts.count <= Self.maximumCount else {
      let problem = "has \(texts.count) tokens, more than \(Self.maximumCount)"
      throw .invalidValue(path: gguf.path, key: Self.tokensKey, problem: problem)
    }
    var tokens = ByteStrings()
    tokens.reserveCapacity(texts.count, bytes: 8 * texts.count)
    texts.forEachBuffer { tokens.append($1) }

    let origin = Origin(path: gguf.path, tokensKey: Self.tokensKey, mergesKey: Self.mergesKey)
    self.init(tokens: tokens, preTokenizer: PreTokenizer([]), origin: origin) {
      Result { () throws(ModelFileError) in try Self.merges(metadata) }
    }
    beginningOfSequence = try Self.tokenID("tokenizer.ggml.bos_token_id", metadata, tokens.count)
    endOfSequence = try Self.tokenID("tokenizer.ggml.eos_token_id", metadata, tokens.count)
    if model == "gpt2" {
      try readByteLevel(metadata)
      addedTokens = try Self.addedTokens(metadata, tokens, try Self.types(metadata, tokens.count))
    } else {
      try readSentencePiece(metadata, isUnigram: model == "t5")
    }
  }

  private static func unsupported(_ key: String, _ value: String, _ metadata: GGUFMetadata) -> ModelFileError {
    .unsupported(path: metadata.path, format: .gguf, feature: "\(key) = \(value)")
  }

  private mutating func readByteLevel(_ metadata: GGUFMetadata) throws(ModelFileError) {
    // Otherwise every text would start with a space that was not in it.
    guard try metadata.boolIfPresent(Self.spacePrefixKey) != true else {
      throw Self.unsupported(Self.spacePrefixKey, "true", metadata)
    }
    let preKey = "tokenizer.ggml.pre"
    switch try metadata.string(preKey) {
    case "gpt2", "gpt-2": preTokenizer = .gpt2
    case "smollm": preTokenizer = .smollm
    case "llama-bpe", "llama3", "llama-v3":
      preTokenizer = .llama3
      ignoresMergesForWholeWords = true
    case "qwen2":
      preTokenizer = .qwen2
      // llama.cpp does not normalise here, but the model was trained on normalised text.
      normalizer = TextNormalizer([.unicode(.composed)])
    case "default": preTokenizer = .llamaCppDefault
    case let other: throw Self.unsupported(preKey, "'\(other)'", metadata)
    }
    guard try metadata.array(Self.mergesKey).elementType == .string else {
      throw .invalidValue(path: metadata.path, key: Self.mergesKey, problem: "is no array of strings")
    }
  }

  private mutating func readSentencePiece(_ metadata: GGUFMetadata, isUnigram: Bool) throws(ModelFileError) {
    kind = isUnigram ? .unigram : .scoredBPE
    sumsInSinglePrecision = true
    let count = tokens.count
    guard let types = try Self.types(metadata, count) else {
      throw .missingValue(path: metadata.path, key: Self.typesKey)
    }
    addedTokens = try Self.addedTokens(metadata, tokens, types)
    // At this point the text still has spaces, not the symbol by which some files spell them.
    for index in addedTokens.indices where !addedTokens[index].isSpecial {
      addedTokens[index].spelling.replace(TextNormalizer.spaceSymbol, with: [0x20])
    }
    for (id, number) in types.enumerated() {
      switch TokenType(rawValue: number) {
      case .unknown: unknownToken = unknownToken ?? id
      case .control, .byte: break
      case .unused where isUnigram: break
      default: continue
      }
      idsOutsideOfMerging.insert(id)
    }
    fallsBackToBytes = types.contains(TokenType.byte.rawValue)
    unknownToken = try Self.tokenID("tokenizer.ggml.unknown_token_id", metadata, count) ?? unknownToken
    let prependsSpace = try metadata.boolIfPresent(Self.spacePrefixKey) ?? true
    let removesExtraSpaces = try metadata.boolIfPresent(Self.extraSpacesKey) ?? isUnigram
    let map = try Self.characterMap(metadata)
    if isUnigram {
      let sentencePiece = SentencePieceNormalizer(
        map: map, removesExtraSpaces: removesExtraSpaces, prependsSpace: prependsSpace)
      normalizer = TextNormalizer([.sentencePiece(sentencePiece)])
    } else {
      guard !removesExtraSpaces else { throw Self.unsupported(Self.extraSpacesKey, "true", metadata) }
      guard map == nil else { throw Self.unsupported(Self.characterMapKey, "an array, for a 'llama' model", metadata) }
      normalizer = .llama(prependsSpace: prependsSpace)
    }
    spelling = .pieces(.init(hasBytes: fallsBackToBytes, start: prependsSpace ? .withoutSpace : .kept))
    guard try metadata.array(Self.scoresKey).count == count else {
      throw .invalidValue(
        path: metadata.path, key: Self.scoresKey,
        problem: "has \(try metadata.array(Self.scoresKey).count) entries for \(count) tokens")
    }
    scores = {
      Result { () throws(ModelFileError) in
        let scores = try metadata.floats(Self.scoresKey).map(Double.init)
        guard scores.allSatisfy(\.isFinite) else {
          throw .invalidValue(path: metadata.path, key: Self.scoresKey, problem: "has a score that is no finite number")
        }
        return scores
      }
    }
  }

  private static func characterMap(_ metadata: GGUFMetadata) throws(ModelFileError) -> PrecompiledCharacterMap? {
    guard metadata.contains(characterMapKey) else { return nil }
    let bytes = try metadata.integers(characterMapKey)
    guard let map = PrecompiledCharacterMap(bytes.lazy.map { UInt8(truncatingIfNeeded: $0) }) else {
      throw .invalidValue(path: metadata.path, key: characterMapKey, problem: "is no table of characters")
    }
    return map
  }

  private static func types(_ metadata: GGUFMetadata, _ count: Int) throws(ModelFileError) -> [Int]? {
    guard let types = try metadata.contains(typesKey) ? metadata.integers(typesKey) : nil else { return nil }
    guard types.count == count else {
      throw .invalidValue(
        path: metadata.path, key: typesKey, problem: "has \(types.count) entries for \(count) tokens")
    }
    return types
  }

  private static func addedTokens(
    _ metadata: GGUFMetadata, _ tokens: ByteStrings, _ types: [Int]?
  ) throws(ModelFileError) -> [AddedToken] {
    guard let types else { return [] }
    func invalid(_ problem: String) -> ModelFileError {
      .invalidValue(path: metadata.path, key: typesKey, problem: problem)
    }
    var added: [AddedToken] = []
    for (id, number) in types.enumerated() where number != TokenType.normal.rawValue {
      guard let type = TokenType(rawValue: number) else { throw invalid("has the unknown type \(number)") }
      switch type {
      case .control, .unknown, .userDefined:
        let spelling = Array(tokens[id])
        guard spelling.count <= AddedToken.longestSpelling else {
          throw invalid(
            "makes token \(id) of \(spelling.count) bytes a special one; at most \(AddedToken.longestSpelling)")
        }
        added.append(AddedToken(id: id, spelling: spelling, isSpecial: type != .userDefined))
      case .normal, .unused, .byte: break
      }
    }
    return added
  }

  private static func tokenID(
    _ key: String, _ metadata: GGUFMetadata, _ count: Int
  ) throws(ModelFileError) -> Int? {
    guard let id = try metadata.integerIfPresent(key) else { return nil }
    guard (0..<count).contains(id) else {
      throw .invalidValue(path: metadata.path, key: key, problem: "is \(id), but there are \(count) tokens")
    }
    return id
  }

  private static func merges(_ metadata: GGUFMetadata) throws(ModelFileError) -> ByteStrings {
    let texts = try metadata.strings(mergesKey)
    var parts = ByteStrings()
    parts.reserveCapacity(2 * texts.count, bytes: 10 * texts.count)
    var faulty: Int?
    texts.forEachBuffer { index, text in
      if !parts.appendMerge(text) { faulty = faulty ?? index }
    }
    if let faulty {
      throw .invalidValue(path: metadata.path, key: mergesKey, problem: "has merge \(faulty) that is not 'left right'")
    }
    return parts
  }
}

extension ByteStrings {
  /// Appends both sides of a merge that is spelt "left right"; `false` where it is not.
  mutating func appendMerge(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let space = text.firstIndex(of: UInt8(ascii: " ")),
      !text[(space + 1)...].contains(UInt8(ascii: " "))
    else { return false }
    append(text[..<space])
    append(text[(space + 1)...])
    return true
  }
}
