package import Tensors

/// The hyper-parameters of GPT-NeoX (Black et al. 2022), the family of Pythia: LayerNorm, rotary positions for a part
/// of each head, attention and MLP side by side.
package struct GPTNeoXConfiguration: Equatable, Sendable {
  package var vocabularySize: Int
  package var hiddenSize: Int
  package var intermediateSize: Int
  package var layers: Int
  package var attentionHeads: Int
  package var activation: Activation
  /// How many numbers of a head are rotated.
  package var rotatedDimension: Int
  package var ropeTheta: Double
  package var ropeScaling: RotaryEmbedding.Scaling
  package var isParallel: Bool
  package var hasAttentionBias: Bool
  package var layerNormEpsilon: Double
  package var tiesWordEmbeddings: Bool
  package var maximumPositions: Int

  package var headDimension: Int { hiddenSize / attentionHeads }

  /// Reads Hugging Face's `config.json` of `model_type` `gpt_neox`.
  ///
  /// - Throws: `ModelFileError`; `.invalidValue` where a value is out of bounds or asks for what is not supported.
  package init(jsonFile path: String) throws(ModelFileError) {
    let file = try JSONConfiguration(path: path)
    try file.require("model_type", is: "gpt_neox")
    vocabularySize = try file.integer("vocab_size", in: HyperparameterBounds.vocabulary)
    hiddenSize = try file.integer("hidden_size", in: HyperparameterBounds.width)
    intermediateSize = try file.integer("intermediate_size", in: HyperparameterBounds.width)
    layers = try file.integer("num_hidden_layers", in: HyperparameterBounds.layers)
    attentionHeads = try file.integer("num_attention_heads", in: HyperparameterBounds.heads)
    activation = try file.activation("hidden_act", default: "gelu")
    let headDimension = try file.headDimension(
      "hidden_size", hiddenSize, heads: attentionHeads, "num_attention_heads")
    // The base was called `rotary_emb_base` before all families agreed.
    let base = try file.positiveFloat("rotary_emb_base", atMost: 1e12, default: 10_000)
    let rope = try file.rotaryPositions(partial: true, default: base)
    let percent = try file.positiveFloat("rotary_pct", atMost: 1, default: 0.25)
    let share = rope.share ?? percent
    rotatedDimension = Int(Double(headDimension) * share)
    guard rotatedDimension % 2 == 0 else {
      throw file.invalid("rotary_pct", "turns \(rotatedDimension) numbers of a head; pairs need an even number")
    }
    (ropeTheta, ropeScaling) = (rope.theta, rope.scaling)
    isParallel = try file.boolIfPresent("use_parallel_residual") ?? true
    hasAttentionBias = try file.boolIfPresent("attention_bias") ?? true
    layerNormEpsilon = try file.positiveFloat("layer_norm_eps", atMost: 1, default: 1e-5)
    tiesWordEmbeddings = try file.boolIfPresent("tie_word_embeddings") ?? false
    maximumPositions = try file.integer("max_position_embeddings", in: HyperparameterBounds.positions, default: 2048)
  }
}
