package import Tensors

/// The hyper-parameters of OPT (Zhang et al. 2022): LayerNorm before each half of a block or, in the model of 350 million
/// parameters, after it; learnt positions.
package struct OPTConfiguration: Equatable, Sendable {
  package var vocabularySize: Int
  package var hiddenSize: Int
  /// Width of the token embedding; other than `hiddenSize` where matrices lead to and from it.
  package var embeddingSize: Int
  package var intermediateSize: Int
  package var layers: Int
  package var attentionHeads: Int
  package var activation: Activation
  package var normsFirst: Bool
  package var hasFinalNorm: Bool
  package var hasBias: Bool
  package var tiesWordEmbeddings: Bool
  /// How many positions text may have.
  package var maximumPositions: Int

  package var headDimension: Int { hiddenSize / attentionHeads }

  /// Row of the position embedding that belongs to position 0.
  package static let positionOffset = 2

  /// Reads Hugging Face's `config.json` of `model_type` `opt`.
  ///
  /// - Throws: `ModelFileError`; `.invalidValue` where a value is out of bounds or asks for what is not supported.
  package init(jsonFile path: String) throws(ModelFileError) {
    let file = try JSONConfiguration(path: path)
    try file.require("model_type", is: "opt")
    try file.require("layer_norm_elementwise_affine", is: true)
    vocabularySize = try file.integer("vocab_size", in: HyperparameterBounds.vocabulary)
    hiddenSize = try file.integer("hidden_size", in: HyperparameterBounds.width)
    embeddingSize = try file.integer("word_embed_proj_dim", in: HyperparameterBounds.width, default: hiddenSize)
    intermediateSize = try file.integer("ffn_dim", in: HyperparameterBounds.width)
    layers = try file.integer("num_hidden_layers", in: HyperparameterBounds.layers)
    attentionHeads = try file.integer("num_attention_heads", in: HyperparameterBounds.heads)
    activation = try file.activation("activation_function", default: "relu")
    normsFirst = try file.boolIfPresent("do_layer_norm_before") ?? true
    let isRemoved = try file.bool("_remove_final_layer_norm", default: false)
    hasFinalNorm = normsFirst && !isRemoved
    hasBias = try file.boolIfPresent("enable_bias") ?? true
    tiesWordEmbeddings = try file.boolIfPresent("tie_word_embeddings") ?? true
    maximumPositions = try file.integer("max_position_embeddings", in: HyperparameterBounds.positions, default: 2048)
    _ = try file.headDimension("hidden_size", hiddenSize, heads: attentionHeads, "num_attention_heads")
  }
}
