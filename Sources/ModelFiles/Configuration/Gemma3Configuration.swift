package import Tensors

/// The hyper-parameters of Gemma 3's text model (Gemma Team 2025): RMSNorm before and after each half of a block, norms of
/// queries and keys, layers that see a window beside some that see everything, GeGLU.
package struct Gemma3Configuration: Equatable, Sendable {
  package var vocabularySize: Int
  package var hiddenSize: Int
  package var intermediateSize: Int
  package var layers: Int
  package var attentionHeads: Int
  package var keyValueHeads: Int
  package var headDimension: Int
  package var rmsNormEpsilon: Double
  /// Scores are divided by its square root.
  package var queryScalar: Double
  /// The base of the rotary angles in layers that see everything.
  package var ropeTheta: Double
  package var ropeScaling: RotaryEmbedding.Scaling
  /// The base of the rotary angles in layers that see a window.
  package var localRopeTheta: Double
  /// How many positions each layer sees, its own included; `nil` is all.
  package var windows: [Int?]
  package var maximumPositions: Int

  static let headDimensions = LlamaConfiguration.headDimensions
  /// Every sixth layer sees everything, where the file does not say.
  private static let pattern = 6

  /// Reads Hugging Face's `config.json` of `model_type` `gemma3_text`, or the text part of `gemma3`.
  ///
  /// - Throws: `ModelFileError`; `.invalidValue` where a value is out of bounds or asks for what is not supported.
  package init(jsonFile path: String) throws(ModelFileError) {
    var file = try JSONConfiguration(path: path)
    if try file.require("model_type", isOneOf: ["gemma3_text", "gemma3"]) == "gemma3" {
      guard let text = try file.objectIfPresent("text_config") else {
        throw .missingValue(path: path, key: "text_config")
      }
      file = text
    }
    try file.require("hidden_activation", is: "gelu_pytorch_tanh", default: "gelu_pytorch_tanh")
    try file.require("attention_bias", is: false)
    try file.require("use_bidirectional_attention", is: false)
    for key in ["final_logit_softcapping", "attn_logit_softcapping"] where try file.floatIfPresent(key) != nil {
      throw file.invalid(key, "is set, and logits without a cap alone are supported here")
    }
    vocabularySize = try file.integer("vocab_size", in: HyperparameterBounds.vocabulary, default: 262_208)
    hiddenSize = try file.integer("hidden_size", in: HyperparameterBounds.width)
    intermediateSize = try file.integer("intermediate_size", in: HyperparameterBounds.width)
    layers = try file.integer("num_hidden_layers", in: HyperparameterBounds.layers)
    attentionHeads = try file.integer("num_attention_heads", in: HyperparameterBounds.heads, default: 8)
    keyValueHeads = try file.integer("num_key_value_heads", in: HyperparameterBounds.heads, default: 4)
    headDimension = try file.integer("head_dim", in: Self.headDimensions, default: 256)
    rmsNormEpsilon = try file.positiveFloat("rms_norm_eps", atMost: 1, default: 1e-6)
    queryScalar = try file.positiveFloat("query_pre_attn_scalar", atMost: 1e6, default: 256)
    // transformers 5 has an object for each kind of layer.
    let rope = try file.objectIfPresent("rope_parameters")
    let older = try file.objectIfPresent("rope_scaling")
    let full = try rope?.objectIfPresent("full_attention") ?? older
    ropeScaling = try full?.scaling() ?? .none
    let base = try file.positiveFloat("rope_theta", atMost: 1e12, default: 1_000_000)
    ropeTheta = try full?.positiveFloat("rope_theta", atMost: 1e12, default: base) ?? base
    let local = try file.positiveFloat("rope_local_base_freq", atMost: 1e12, default: 10_000)
    let sliding = try rope?.objectIfPresent("sliding_attention")
    localRopeTheta = try sliding?.positiveFloat("rope_theta", atMost: 1e12, default: local) ?? local
    let window = try file.integer("sliding_window", in: HyperparameterBounds.positions, default: 4096)
    let pattern = try file.integer("sliding_window_pattern", in: 1...4096, default: Self.pattern)
    let slides = try file.slidingLayers(count: layers) ?? (0..<layers).map { ($0 + 1) % pattern != 0 }
    windows = slides.map { $0 ? window : nil }
    maximumPositions = try file.integer("max_position_embeddings", in: HyperparameterBounds.positions, default: 131_072)
    try validate(file, "num_attention_heads", "num_key_value_heads", "head_dim")
  }

  /// Reads the metadata of a GGUF file of architecture `gemma3`.
  ///
  /// - Throws: as `init(jsonFile:)`.
  package init(_ file: GGUFFile) throws(ModelFileError) {
    let metadata = file.metadata
    try metadata.require("general.architecture", is: "gemma3")
    hiddenSize = try metadata.integer("gemma3.embedding_length", in: HyperparameterBounds.width)
    vocabularySize = try file.vocabularySize(hiddenSize: hiddenSize)
    intermediateSize = try metadata.integer("gemma3.feed_forward_length", in: HyperparameterBounds.width)
    layers = try metadata.integer("gemma3.block_count", in: HyperparameterBounds.layers)
    attentionHeads = try metadata.integer("gemma3.attention.head_count", in: HyperparameterBounds.heads)
    keyValueHeads = try metadata.integer(
      "gemma3.attention.head_count_kv", in: HyperparameterBounds.heads, default: attentionHeads)
    headDimension = try metadata.integer("gemma3.attention.key_length", in: Self.headDimensions, default: 256)
    _ = try metadata.integer(
      "gemma3.attention.value_length", in: headDimension...headDimension, default: headDimension)
    rmsNormEpsilon = try metadata.positiveFloat("gemma3.attention.layer_norm_rms_epsilon", atMost: 1)
    // The model of 27 billion parameters, recognised by its 62 layers, scales by another number than the head
    // dimension.
    queryScalar = layers == 62 ? Double(hiddenSize) / Double(attentionHeads) : Double(headDimension)
    ropeTheta = try metadata.positiveFloat("gemma3.rope.freq_base", atMost: 1e12, default: 1_000_000)
    ropeScaling = try file.rotaryScaling("gemma3", headDimension: headDimension)
    localRopeTheta = try metadata.positiveFloat("gemma3.rope.freq_base_swa", atMost: 1e12, default: 10_000)
    let window = try metadata.integer("gemma3.attention.sliding_window", in: HyperparameterBounds.positions)
    windows = (0..<layers).map { ($0 + 1) % Self.pattern == 0 ? nil : window }
    maximumPositions = try metadata.integer("gemma3.context_length", in: HyperparameterBounds.positions)
    try validate(
      metadata, "gemma3.attention.head_count", "gemma3.attention.head_count_kv", "gemma3.attention.key_length")
  }

  private func validate(
    _ source: some HyperparameterSource, _ heads: String, _ keyValueHeadsKey: String, _ dimension: String
  ) throws(ModelFileError) {
    try source.requireDivisible(heads, attentionHeads, by: keyValueHeads, keyValueHeadsKey)
    guard headDimension % 2 == 0 else {
      throw source.invalid(dimension, "is \(headDimension); rotary positions need an even number")
    }
  }
}
