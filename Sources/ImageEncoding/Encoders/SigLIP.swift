package import ModelFiles
package import Tensors

/// The vision tower of SigLIP (Zhai et al. 2023) and of SigLIP 2 at fixed resolutions (Tschannen et al. 2025), in the form
/// of Hugging Face's `SiglipVisionModel`: no class token; a head that attends to all patches.
package struct SigLIP: VisionTransformerFamily {
  package let configuration: VisionTransformerConfiguration
  package private(set) var transformer: VisionTransformer
  private var head: AttentionPooling?

  /// - Parameter weights: at the root of the checkpoint's names (`embeddings.…`, `encoder.layers.0.…`, `head.…`, or these
  ///   below `vision_model`).
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  package init(configuration c: VisionTransformerConfiguration, weights: WeightReader) throws(ModelFileError) {
    configuration = c
    let weights = weights.rooted(at: ["vision_model"], having: "embeddings.patch_embedding.weight")
    let d = c.hiddenSize
    let embeddings = weights.scoped("embeddings")
    let embedding = try PatchEmbedding(
      PatchEmbedding.Shape(hiddenSize: d, channels: c.channels, patchSize: c.patchSize, imageSize: c.imageSize),
      projection: embeddings.scoped("patch_embedding"), classToken: nil,
      positions: embeddings.float32("position_embedding.weight", shape: [c.patches, d]))
    transformer = VisionTransformer(
      embedding: embedding, blocks: try TransformerBlock.openAI(c, weights),
      finalNorm: try weights.scoped("post_layernorm").layerNorm(columns: d, epsilon: Float(c.layerNormEpsilon)))
    if c.hasHead { head = try AttentionPooling(c, weights.scoped("head")) }
  }

  package func prepared(_ precision: MatrixPrecision) -> SigLIP {
    var prepared = self
    prepared.transformer = transformer.prepared(precision)
    prepared.head = head?.prepared(precision)
    return prepared
  }

  package func width(of output: EncoderOutput) -> Int? { output == .pooled && head != nil ? hiddenSize : nil }

  /// Pooled is the output of the head for all patches after the final norm.
  package func output(_ output: EncoderOutput, of lastState: Tensor) -> Tensor? {
    guard output == .pooled, let head else { return nil }
    return lastState.mappingItems { head(finalNorm($0)) }
  }
}
