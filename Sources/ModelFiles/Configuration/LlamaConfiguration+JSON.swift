extension LlamaConfiguration {
  private static let jsonKeys = Keys(
    hiddenSize: "hidden_size", attentionHeads: "num_attention_heads", keyValueHeads: "num_key_value_heads",
    headDimension: "head_dim", beginningOfSequence: "bos_token_id", endOfSequence: "eos_token_id")

  /// Reads Hugging Face's `config.json` of `model_type` `llama`.
  ///
  /// - Throws: `ModelFileError`; `.invalidValue` where a value is out of bounds or asks for what is not supported, such
  ///   as scaled rotary positions or biases.
  public init(jsonFile path: String) throws(ModelFileError) {
    let file = try JSONConfiguration(path: path)
    try file.require("model_type", is: "llama")
    try file.require("hidden_act", is: "silu", default: "silu")
    try file.require("attention_bias", is: false)
    try file.require("mlp_bias", is: false)
    let hiddenSize = try file.integer("hidden_size", in: HyperparameterBounds.width)
    let attentionHeads = try file.integer("num_attention_heads", in: HyperparameterBounds.heads)
    let headDimension =
      try file.integerIfPresent("head_dim") == nil
      ? Self.impliedHeadDimension(file, Self.jsonKeys, hiddenSize: hiddenSize, attentionHeads: attentionHeads)
      : file.integer("head_dim", in: Self.headDimensions)
    self.init(
      vocabularySize: try file.integer("vocab_size", in: HyperparameterBounds.vocabulary),
      hiddenSize: hiddenSize,
      intermediateSize: try file.integer("intermediate_size", in: HyperparameterBounds.width),
      layers: try file.integer("num_hidden_layers", in: HyperparameterBounds.layers),
      attentionHeads: attentionHeads,
      keyValueHeads: try file.integer(
        "num_key_value_heads", in: HyperparameterBounds.heads, default: attentionHeads),
      headDimension: headDimension,
      rmsNormEpsilon: try file.positiveFloat("rms_norm_eps", atMost: 1, default: 1e-6),
      ropeTheta: try Self.ropeTheta(file),
      tiesWordEmbeddings: try file.boolIfPresent("tie_word_embeddings") ?? false,
      maximumPositions: try file.integer("max_position_embeddings", in: HyperparameterBounds.positions, default: 2048),
      beginningOfSequenceToken: try file.integerIfPresent("bos_token_id"),
      endOfSequenceTokens: try file.integersIfPresent("eos_token_id") ?? [])
    try validate(file, Self.jsonKeys)
  }

  /// Older files have `rope_theta` and `rope_scaling`; transformers 5 writes both as `rope_parameters`.
  private static func ropeTheta(_ file: JSONConfiguration) throws(ModelFileError) -> Double {
    var theta: Double?
    for key in ["rope_parameters", "rope_scaling"] {
      guard let rope = try file.objectIfPresent(key) else { continue }
      // The type was called `type` before it was called `rope_type`.
      for typeKey in ["rope_type", "type"] { try rope.require(typeKey, is: "default", default: "default") }
      guard try rope.floatIfPresent("partial_rotary_factor") ?? 1 == 1 else {
        throw rope.invalid("partial_rotary_factor", "is not 1: partly rotated heads are not supported")
      }
      if try rope.floatIfPresent("rope_theta") != nil {
        theta = try rope.positiveFloat("rope_theta", atMost: 1e12)
      }
    }
    if let theta { return theta }
    return try file.positiveFloat("rope_theta", atMost: 1e12, default: 10_000)
  }
}
