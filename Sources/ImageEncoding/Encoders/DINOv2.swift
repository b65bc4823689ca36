package import ModelFiles
package import Tensors

/// DINOv2 (Oquab et al. 2023), with registers where it has them (Darcet et al. 2024): a pre-norm vision transformer with
/// layer scale, in the form of Hugging Face's `Dinov2Model` and `Dinov2WithRegistersModel`.
package struct DINOv2: VisionTransformerFamily {
  package let configuration: DinoV2Configuration
  package private(set) var transformer: VisionTransformer

  private static let names = TransformerBlock.Names(
    norm1: "norm1", norm2: "norm2", query: "attention.attention.query", key: "attention.attention.key",
    value: "attention.attention.value", output: "attention.output.dense", up: "mlp.fc1", down: "mlp.fc2",
    gatedUp: "mlp.weights_in", gatedDown: "mlp.weights_out", scale1: "layer_scale1.lambda1",
    scale2: "layer_scale2.lambda1")

  /// - Parameter weights: at the root of the checkpoint's names (`embeddings.…`, `encoder.layer.0.…`, `layernorm.…`, or
  ///   these below `dinov2` or `dinov2_with_registers`).
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  package init(configuration c: DinoV2Configuration, weights: WeightReader) throws(ModelFileError) {
    configuration = c
    let weights = weights.rooted(at: ["dinov2", "dinov2_with_registers"], having: "embeddings.cls_token")
    let d = c.hiddenSize
    let embeddings = weights.scoped("embeddings")
    let side = c.patchesPerSide
    let embedding = try PatchEmbedding(
      PatchEmbedding.Shape(hiddenSize: d, channels: c.channels, patchSize: c.patchSize, imageSize: c.imageSize),
      projection: embeddings.scoped("patch_embeddings.projection"),
      classToken: embeddings.float32("cls_token", shape: [1, 1, d]).reshaped([1, d]),
      registers: c.registers > 0
        ? embeddings.float32("register_tokens", shape: [1, c.registers, d]).reshaped([c.registers, d]) : nil,
      positions: embeddings.float32("position_embeddings", shape: [1, 1 + side * side, d]),
      // As in transformers: with registers only.
      antialiases: c.isWithRegisters)
    let shape = TransformerBlock.Shape(
      hiddenSize: d, heads: c.attentionHeads, intermediateSize: c.intermediateSize, normEpsilon: c.layerNormEpsilon,
      activation: c.usesSwiGLU ? .silu : .gelu, hasQKVBias: c.hasQKVBias, isGated: c.usesSwiGLU)
    var blocks: [TransformerBlock] = []
    for index in 0..<c.layers {
      blocks.append(try TransformerBlock(shape, weights.scoped("encoder.layer.\(index)"), Self.names))
    }
    transformer = VisionTransformer(
      embedding: embedding, blocks: blocks,
      finalNorm: try weights.scoped("layernorm").layerNorm(columns: d, epsilon: Float(c.layerNormEpsilon)))
  }

  package func prepared(_ precision: MatrixPrecision) -> DINOv2 {
    var prepared = self
    prepared.transformer = transformer.prepared(precision)
    return prepared
  }

  package func width(of output: EncoderOutput) -> Int? { output == .pooled ? hiddenSize : nil }

  /// Pooled is the class token after the final norm.
  package func output(_ output: EncoderOutput, of lastState: Tensor) -> Tensor? {
    output == .pooled ? finalNorm(lastState.firstTokens) : nil
  }
}
