extension LlamaConfiguration {
  private static let ggufKeys = Keys(
    hiddenSize: "llama.embedding_length", attentionHeads: "llama.attention.head_count",
    keyValueHeads: "llama.attention.head_count_kv", headDimension: "llama.attention.key_length",
    beginningOfSequence: "tokenizer.ggml.bos_token_id", endOfSequence: "tokenizer.ggml.eos_token_id")

  /// Reads the metadata of a GGUF file of architecture `llama`. The vocabulary's size is that of the token embedding
  /// where the file has one, and of the token list otherwise; the head is tied where there is no `output.weight`.
  ///
  /// - Throws: `ModelFileError`; `.invalidValue` where a value is out of bounds or asks for what is not supported, such
  ///   as scaled or partial rotary positions or experts.
  public init(_ file: GGUFFile) throws(ModelFileError) {
    let metadata = file.metadata
    try metadata.require("general.architecture", is: "llama")
    _ = try metadata.integer("llama.expert_count", in: 0...0, default: 0)
    try metadata.require("llama.rope.scaling.type", is: "none", default: "none")
    // Where the scaled frequencies of newer models lie.
    guard file.shape(ofTensor: "rope_freqs.weight") == nil else {
      throw metadata.invalid("rope_freqs.weight", "asks for scaled rotary positions, which are not supported")
    }
    let hiddenSize = try metadata.integer(Self.ggufKeys.hiddenSize, in: HyperparameterBounds.width)
    let attentionHeads = try metadata.integer(Self.ggufKeys.attentionHeads, in: HyperparameterBounds.heads)
    let headDimension =
      try metadata.integerIfPresent(Self.ggufKeys.headDimension) == nil
      ? Self.impliedHeadDimension(metadata, Self.ggufKeys, hiddenSize: hiddenSize, attentionHeads: attentionHeads)
      : metadata.integer(Self.ggufKeys.headDimension, in: Self.headDimensions)
    for key in ["llama.attention.value_length", "llama.rope.dimension_count"] {
      _ = try metadata.integer(key, in: headDimension...headDimension, default: headDimension)
    }
    self.init(
      vocabularySize: try Self.vocabularySize(file, hiddenSize: hiddenSize),
      hiddenSize: hiddenSize,
      intermediateSize: try metadata.integer("llama.feed_forward_length", in: HyperparameterBounds.width),
      layers: try metadata.integer("llama.block_count", in: HyperparameterBounds.layers),
      attentionHeads: attentionHeads,
      keyValueHeads: try metadata.integer(
        Self.ggufKeys.keyValueHeads, in: HyperparameterBounds.heads, default: attentionHeads),
      headDimension: headDimension,
      rmsNormEpsilon: try metadata.positiveFloat("llama.attention.layer_norm_rms_epsilon", atMost: 1),
      ropeTheta: try metadata.positiveFloat("llama.rope.freq_base", atMost: 1e12, default: 10_000),
      tiesWordEmbeddings: file.shape(ofTensor: "output.weight") == nil,
      maximumPositions: try metadata.integer("llama.context_length", in: HyperparameterBounds.positions),
      beginningOfSequenceToken: try metadata.integerIfPresent(Self.ggufKeys.beginningOfSequence),
      endOfSequenceTokens: try metadata.integerIfPresent(Self.ggufKeys.endOfSequence).map { [$0] } ?? [])
    try validate(metadata, Self.ggufKeys)
  }

  private static func vocabularySize(_ file: GGUFFile, hiddenSize: Int) throws(ModelFileError) -> Int {
    let tokens = try file.metadata.arrayIfPresent("tokenizer.ggml.tokens")?.count
    let embedding = "token_embd.weight"
    guard let shape = file.shape(ofTensor: embedding) else {
      guard let tokens else { throw .missingValue(path: file.path, key: "tokenizer.ggml.tokens") }
      return try checked("tokenizer.ggml.tokens", tokens, file)
    }
    guard shape.count == 2, shape[1] == hiddenSize else {
      throw .unexpectedShape(
        path: file.path, key: embedding, expected: [tokens ?? shape.first ?? 0, hiddenSize], found: shape)
    }
    // Rows beyond the tokens are padding; tokens beyond the rows could not be embedded.
    guard (tokens ?? 0) <= shape[0] else {
      throw file.metadata.invalid(
        "tokenizer.ggml.tokens", "has \(tokens ?? 0) tokens, more than the \(shape[0]) rows of \(embedding)")
    }
    return try checked(embedding, shape[0], file)
  }

  private static func checked(_ key: String, _ size: Int, _ file: GGUFFile) throws(ModelFileError) -> Int {
    guard HyperparameterBounds.vocabulary.contains(size) else {
      throw file.metadata.invalid(key, "gives a vocabulary of \(size), outside of \(HyperparameterBounds.vocabulary)")
    }
    return size
  }
}
