public import ModelFiles

extension ByteLevelBPETokenizer {
  /// The tokeniser in a GGUF file's metadata: `tokenizer.ggml.model` is `gpt2`, and `tokenizer.ggml.pre` is `gpt2`,
  /// `gpt-2` or `smollm`.
  ///
  /// The merges are read when text is first encoded; `prepareToEncode` checks them.
  /// - Throws: `ModelFileError.missingValue`, `.invalidValue`, or `.unsupported` for any other kind of tokeniser.
  public convenience init(gguf: GGUFFile) throws(ModelFileError) {
    self.init(try TokenizerVocabulary(gguf: gguf))
  }
}

extension TokenizerVocabulary {
  private static let tokensKey = "tokenizer.ggml.tokens"
  private static let mergesKey = "tokenizer.ggml.merges"

  /// `tokenizer.ggml.token_type`, by llama.cpp's numbers.
  private enum TokenType: Int {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  package init(gguf: GGUFFile) throws(ModelFileError) {
    let metadata = gguf.metadata
    let preTokenizer = try Self.preTokenizer(metadata)
    let texts = try metadata.strings(Self.tokensKey)
    guard texts.count <= Self.maximumCount else {
      let problem = "has \(texts.count) tokens, more than \(Self.maximumCount)"
      throw .invalidValue(path: gguf.path, key: Self.tokensKey, problem: problem)
    }
    var tokens = ByteStrings()
    tokens.reserveCapacity(texts.count, bytes: 8 * texts.count)
    texts.forEachBuffer { tokens.append($1) }

    guard try metadata.array(Self.mergesKey).elementType == .string else {
      throw .invalidValue(path: gguf.path, key: Self.mergesKey, problem: "is no array of strings")
    }
    let origin = Origin(path: gguf.path, tokensKey: Self.tokensKey, mergesKey: Self.mergesKey)
    self.init(tokens: tokens, preTokenizer: preTokenizer, origin: origin) {
      Result { () throws(ModelFileError) in try Self.merges(metadata) }
    }
    addedTokens = try Self.addedTokens(metadata, tokens)
    beginningOfSequence = try Self.tokenID("tokenizer.ggml.bos_token_id", metadata, tokens.count)
    endOfSequence = try Self.tokenID("tokenizer.ggml.eos_token_id", metadata, tokens.count)
  }

  private static func preTokenizer(_ metadata: GGUFMetadata) throws(ModelFileError) -> PreTokenizer {
    func unsupported(_ key: String, _ value: String) -> ModelFileError {
      .unsupported(path: metadata.path, format: .gguf, feature: "\(key) = \(value)")
    }
    let modelKey = "tokenizer.ggml.model"
    let model = try metadata.string(modelKey)
    guard model == "gpt2" else { throw unsupported(modelKey, "'\(model)'") }
    // Every text would start with a space that was not in it.
    let spaceKey = "tokenizer.ggml.add_space_prefix"
    guard try metadata.boolIfPresent(spaceKey) != true else { throw unsupported(spaceKey, "true") }
    let preKey = "tokenizer.ggml.pre"
    switch try metadata.string(preKey) {
    case "gpt2", "gpt-2": return .gpt2
    case "smollm": return .smollm
    case let other: throw unsupported(preKey, "'\(other)'")
    }
  }

  private static func addedTokens(
    _ metadata: GGUFMetadata, _ tokens: ByteStrings
  ) throws(ModelFileError) -> [AddedToken] {
    let key = "tokenizer.ggml.token_type"
    guard let types = try metadata.contains(key) ? metadata.integers(key) : nil else { return [] }
    func invalid(_ problem: String) -> ModelFileError {
      .invalidValue(path: metadata.path, key: key, problem: problem)
    }
    guard types.count == tokens.count else { throw invalid("has \(types.count) entries for \(tokens.count) tokens") }
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
