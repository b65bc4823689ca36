extension LlamaConfiguration {
  private static let jsonKeys = Keys(
    hiddenSize: "hidden_size", attentionHeads: "num_attention_heads", keyValueHeads: "num_key_value_heads",
    headDimension: "head_dim", beginningOfSequence: "bos_token_id", endOfSequence: "eos_token_id")

  /// The values of `model_type` that are supported.
  package static let modelTypes = ["llama", "mistral", "qwen2", "qwen3"]

  /// Reads Hugging Face's `config.json` of `model_type` `llama`, `mistral`, `qwen2` or `qwen3`.
  ///
  /// - Throws: `ModelFileError`; `.invalidValue` where a value is out of bounds or asks for what is not supported, such
  ///   as YaRN or biases of the MLP.
  package init(jsonFile path: String) throws(ModelFileError) {
    let file = try JSONConfiguration(path: path)
    let type = try file.require("model_type", isOneOf: Self.modelTypes)
    try file.require("hidden_act", is: "silu", default: "silu")
    try file.require("mlp_bias", is: false)
    let hiddenSize = try file.integer("hidden_size", in: HyperparameterBounds.width)
    let attentionHeads = try file.integer("num_attention_heads", in: HyperparameterBounds.heads)
    // Qwen3's classes have a head dimension of their own where the file is silent.
    let fallback = type == "qwen3" ? 128 : nil
    let headDimension =
      try file.integerIfPresent("head_dim") == nil && fallback == nil
      ? Self.impliedHeadDimension(file, Self.jsonKeys, hiddenSize: hiddenSize, attentionHeads: attentionHeads)
      : file.integer("head_dim", in: Self.headDimensions, default: fallback)
    let layers = try file.integer("num_hidden_layers", in: HyperparameterBounds.layers)
    let rope = try file.rotaryPositions(partial: false)
    self.init(
      vocabularySize: try file.integer("vocab_size", in: HyperparameterBounds.vocabulary),
      hiddenSize: hiddenSize,
      intermediateSize: try file.integer("intermediate_size", in: HyperparameterBounds.width),
      layers: layers,
      attentionHeads: attentionHeads,
      keyValueHeads: try file.integer(
        "num_key_value_heads", in: HyperparameterBounds.heads, default: attentionHeads),
      headDimension: headDimension,
      rmsNormEpsilon: try file.positiveFloat("rms_norm_eps", atMost: 1, default: 1e-6),
      ropeTheta: rope.theta,
      tiesWordEmbeddings: try file.boolIfPresent("tie_word_embeddings") ?? false,
      maximumPositions: try file.integer("max_position_embeddings", in: HyperparameterBounds.positions, default: 2048),
      beginningOfSequenceToken: try file.integerIfPresent("bos_token_id"),
      endOfSequenceTokens: try file.integersIfPresent("eos_token_id") ?? [])
    ropeScaling = rope.scaling
    let hasBiases = try file.bool("attention_bias", default: false)
    (hasQKVBias, hasOutputBias) = type == "qwen2" ? (true, false) : (hasBiases, hasBiases)
    hasQueryKeyNorm = type == "qwen3"
    windows = try Self.windows(file, type, layers: layers)
    try validate(file, Self.jsonKeys)
  }

  /// Mistral's window is every layer's; Qwen's, where it is used at all, is that of the layers from `max_window_layers` on.
  private static func windows(
    _ file: JSONConfiguration, _ type: String, layers: Int
  ) throws(ModelFileError) -> [Int?] {
    let isUsed = try file.bool("use_sliding_window", default: type == "mistral")
    guard isUsed, type != "llama", try file.integerIfPresent("sliding_window") != nil else { return [] }
    let window = try file.integer("sliding_window", in: HyperparameterBounds.positions)
    if let slides = try file.slidingLayers(count: layers) { return slides.map { $0 ? window : nil } }
    let first = type == "mistral" ? 0 : try file.integer("max_window_layers", in: 0...4096, default: 28)
    return (0..<layers).map { $0 >= first ? window : nil }
  }
}
