/// The hyper-parameters of a DINOv2 vision transformer (Oquab et al., 2023), as Hugging Face's `config.json` of
/// `model_type` `dinov2` or `dinov2_with_registers` (Darcet et al., 2024) lists them.
package struct DinoV2Configuration: Equatable, Sendable {
  package var hiddenSize: Int
  package var layers: Int
  package var attentionHeads: Int
  /// Width of the MLP divided by `hiddenSize`; see `intermediateSize`.
  package var mlpRatio: Double
  /// Side in pixels of the images that the position embeddings were trained at.
  package var imageSize: Int
  /// Side of a patch in pixels.
  package var patchSize: Int
  package var channels: Int
  package var layerNormEpsilon: Double
  /// Whether the query, key and value projections have biases.
  package var hasQKVBias: Bool
  /// Whether the MLP is gated (SwiGLU, in the giant model) rather than two layers with GELU between.
  package var usesSwiGLU: Bool
  /// Whether it is of the family with registers, which resamples its positions differently.
  package var isWithRegisters: Bool
  /// Tokens between the class token and the patches.
  package var registers: Int

  package init(
    hiddenSize: Int, layers: Int, attentionHeads: Int, mlpRatio: Double = 4, imageSize: Int, patchSize: Int,
    channels: Int = 3, layerNormEpsilon: Double = 1e-6, hasQKVBias: Bool = true, usesSwiGLU: Bool = false,
    isWithRegisters: Bool = false, registers: Int = 0
  ) {
    self.hiddenSize = hiddenSize
    self.layers = layers
    self.attentionHeads = attentionHeads
    self.mlpRatio = mlpRatio
    self.imageSize = imageSize
    self.patchSize = patchSize
    self.channels = channels
    self.layerNormEpsilon = layerNormEpsilon
    self.hasQKVBias = hasQKVBias
    self.usesSwiGLU = usesSwiGLU
    self.isWithRegisters = isWithRegisters
    self.registers = registers
  }

  package var headDimension: Int { hiddenSize / attentionHeads }

  /// Patches along a side of an image of the training size.
  package var patchesPerSide: Int { imageSize / patchSize }

  /// Width of the MLP's hidden layer; of each half where it is gated (two thirds, rounded up to a multiple of 8).
  package var intermediateSize: Int {
    let width = Int(Double(hiddenSize) * mlpRatio)
    return usesSwiGLU ? (Int(Double(width * 2) / 3) + 7) / 8 * 8 : width
  }

  /// Reads Hugging Face's `config.json`.
  ///
  /// - Throws: `ModelFileError`; `.invalidValue` where a value is out of bounds or asks for what is not supported.
  package init(jsonFile path: String) throws(ModelFileError) {
    let file = try JSONConfiguration(path: path)
    let isWithRegisters = try file.stringIfPresent("model_type") == "dinov2_with_registers"
    if !isWithRegisters { try file.require("model_type", is: "dinov2") }
    try file.require("hidden_act", is: "gelu", default: "gelu")
    self.init(
      hiddenSize: try file.integer("hidden_size", in: HyperparameterBounds.width),
      layers: try file.integer("num_hidden_layers", in: HyperparameterBounds.layers),
      attentionHeads: try file.integer("num_attention_heads", in: HyperparameterBounds.heads),
      mlpRatio: try file.positiveFloat("mlp_ratio", atMost: 64, default: 4),
      imageSize: try file.integer("image_size", in: HyperparameterBounds.pixels),
      patchSize: try file.integer("patch_size", in: HyperparameterBounds.pixels),
      channels: try file.integer("num_channels", in: 1...64, default: 3),
      layerNormEpsilon: try file.positiveFloat("layer_norm_eps", atMost: 1, default: 1e-6),
      hasQKVBias: try file.boolIfPresent("qkv_bias") ?? true,
      usesSwiGLU: try file.boolIfPresent("use_swiglu_ffn") ?? false, isWithRegisters: isWithRegisters,
      registers: isWithRegisters ? try file.integer("num_register_tokens", in: 0...1024, default: 4) : 0)
    try file.requireDivisible("hidden_size", hiddenSize, by: attentionHeads, "num_attention_heads")
    guard patchSize <= imageSize else {
      throw file.invalid("patch_size", "is \(patchSize), larger than the image_size \(imageSize)")
    }
    guard intermediateSize >= 1 else {
      throw file.invalid("mlp_ratio", "is \(mlpRatio), which leaves the MLP no width")
    }
  }
}
