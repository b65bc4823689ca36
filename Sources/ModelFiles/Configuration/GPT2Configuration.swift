package import Tensors

/// The hyper-parameters of GPT-2 (Radford et al. 2019): LayerNorm, learnt positions, one projection to queries, keys and
/// values.
package struct GPT2Configuration: Equatable, Sendable {
  package var vocabularySize: Int
  package var hiddenSize: Int
  /// Width of the MLP.
  package var intermediateSize: Int
  package var layers: Int
  package var attentionHeads: Int
  package var activation: Activation
  package var layerNormEpsilon: Double
  package var tiesWordEmbeddings: Bool
  /// How many positions have an embedding.
  package var maximumPositions: Int

  package var headDimension: Int { hiddenSize / attentionHeads }

  /// Reads Hugging Face's `config.json` of `model_type` `gpt2`.
  ///
  /// - Throws: `ModelFileError`; `.invalidValue` where a value is out of bounds or asks for what is not supported.
  package init(jsonFile path: String) throws(ModelFileError) {
    let file = try JSONConfiguration(path: path)
    try file.require("model_type", is: "gpt2")
    try file.require("scale_attn_weights", is: true)
    try file.require("scale_attn_by_inverse_layer_idx", is: false)
    try file.require("add_cross_attention", is: false)
    vocabularySize = try file.integer("vocab_size", in: HyperparameterBounds.vocabulary)
    hiddenSize = try file.integer("n_embd", in: HyperparameterBounds.width)
    intermediateSize = try file.integer("n_inner", in: HyperparameterBounds.width, default: 4 * hiddenSize)
    layers = try file.integer("n_layer", in: HyperparameterBounds.layers)
    attentionHeads = try file.integer("n_head", in: HyperparameterBounds.heads)
    activation = try file.activation("activation_function", default: "gelu_new")
    layerNormEpsilon = try file.positiveFloat("layer_norm_epsilon", atMost: 1, default: 1e-5)
    tiesWordEmbeddings = try file.boolIfPresent("tie_word_embeddings") ?? true
    maximumPositions = try file.integer("n_positions", in: HyperparameterBounds.positions, default: 1024)
    _ = try file.headDimension("n_embd", hiddenSize, heads: attentionHeads, "n_head")
  }

  /// Reads the metadata of a GGUF file of architecture `gpt2`.
  ///
  /// - Throws: as `init(jsonFile:)`.
  package init(_ file: GGUFFile) throws(ModelFileError) {
    let metadata = file.metadata
    try metadata.require("general.architecture", is: "gpt2")
    hiddenSize = try metadata.integer("gpt2.embedding_length", in: HyperparameterBounds.width)
    vocabularySize = try file.vocabularySize(hiddenSize: hiddenSize)
    intermediateSize = try metadata.integer("gpt2.feed_forward_length", in: HyperparameterBounds.width)
    layers = try metadata.integer("gpt2.block_count", in: HyperparameterBounds.layers)
    attentionHeads = try metadata.integer("gpt2.attention.head_count", in: HyperparameterBounds.heads)
    // llama.cpp knows no other activation for this architecture.
    activation = .geluTanh
    layerNormEpsilon = try metadata.positiveFloat("gpt2.attention.layer_norm_epsilon", atMost: 1)
    tiesWordEmbeddings = file.shape(ofTensor: "output.weight") == nil
    maximumPositions = try metadata.integer("gpt2.context_length", in: HyperparameterBounds.positions)
    _ = try metadata.headDimension(
      "gpt2.embedding_length", hiddenSize, heads: attentionHeads, "gpt2.attention.head_count")
  }
}
