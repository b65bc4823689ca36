package import ModelFiles
package import Tensors

/// The vision transformer of Dosovitskiy et al. 2021, in the form of Hugging Face's `ViTModel`, with or without its pooler.
package struct ViT: VisionTransformerFamily {
  package let configuration: VisionTransformerConfiguration
  package private(set) var transformer: VisionTransformer
  /// `[outputSize, hidden]`, then a hyperbolic tangent.
  private var pooler: Linear?

  private static let names = TransformerBlock.Names(
    norm1: "layernorm_before", norm2: "layernorm_after", query: "attention.attention.query",
    key: "attention.attention.key", value: "attention.attention.value", output: "attention.output.dense",
    up: "intermediate.dense", down: "output.dense")

  /// - Parameter weights: at the root of the checkpoint's names (`embeddings.…`, `encoder.layer.0.…`, `layernorm.…`,
  ///   `pooler.…`, or these below `vit`).
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  package init(configuration c: VisionTransformerConfiguration, weights: WeightReader) throws(ModelFileError) {
    configuration = c
    let weights = weights.rooted(at: ["vit"], having: "embeddings.cls_token")
    let d = c.hiddenSize
    let embeddings = weights.scoped("embeddings")
    let embedding = try PatchEmbedding(
      PatchEmbedding.Shape(hiddenSize: d, channels: c.channels, patchSize: c.patchSize, imageSize: c.imageSize),
      projection: embeddings.scoped("patch_embeddings.projection"),
      classToken: embeddings.float32("cls_token", shape: [1, 1, d]).reshaped([1, d]),
      positions: embeddings.float32("position_embeddings", shape: [1, 1 + c.patches, d]))
    var blocks: [TransformerBlock] = []
    for index in 0..<c.layers {
      blocks.append(try TransformerBlock(c.block, weights.scoped("encoder.layer.\(index)"), Self.names))
    }
    transformer = VisionTransformer(
      embedding: embedding, blocks: blocks,
      finalNorm: try weights.scoped("layernorm").layerNorm(columns: d, epsilon: Float(c.layerNormEpsilon)))
    if weights.contains("pooler.dense.weight") {
      pooler = try weights.scoped("pooler.dense").linear(outputs: c.outputSize, inputs: d)
    }
  }

  package func prepared(_ precision: MatrixPrecision) -> ViT {
    var prepared = self
    prepared.transformer = transformer.prepared(precision)
    prepared.pooler = pooler?.prepared(MatrixPlan(packed: precision))
    return prepared
  }

  package func width(of output: EncoderOutput) -> Int? { output == .pooled ? pooler?.outputs : nil }

  /// Pooled is `tanh(W x + b)` of the class token after the final norm.
  package func output(_ output: EncoderOutput, of lastState: Tensor) -> Tensor? {
    guard output == .pooled, let pooler else { return nil }
    return lastState.mappingItems { pooler(finalNorm($0.firstTokens)).tanh() }
  }
}
