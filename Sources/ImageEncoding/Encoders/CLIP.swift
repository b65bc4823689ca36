package import ModelFiles
package import Tensors

/// The vision tower of CLIP (Radford et al. 2021), in the form of Hugging Face's `CLIPVisionModel`: a norm before the first
/// block, and one after the last that serves the class token alone; with the projection into the space of texts where the
/// file has it.
package struct CLIP: VisionTransformerFamily {
  package let configuration: VisionTransformerConfiguration
  package private(set) var transformer: VisionTransformer
  /// `[outputSize, hidden]`.
  private var projection: Linear?

  /// - Parameter weights: at the root of the checkpoint's names (`embeddings.…`, `encoder.layers.0.…`, or these below
  ///   `vision_model`; `visual_projection.weight`).
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  package init(configuration c: VisionTransformerConfiguration, weights root: WeightReader) throws(ModelFileError) {
    configuration = c
    let weights = root.rooted(at: ["vision_model"], having: "embeddings.class_embedding")
    let d = c.hiddenSize
    let embeddings = weights.scoped("embeddings")
    let embedding = try PatchEmbedding(
      PatchEmbedding.Shape(
        hiddenSize: d, channels: c.channels, patchSize: c.patchSize, imageSize: c.imageSize, hasBias: false),
      projection: embeddings.scoped("patch_embedding"),
      classToken: embeddings.float32("class_embedding", shape: [d]).reshaped([1, d]),
      positions: embeddings.float32("position_embedding.weight", shape: [1 + c.patches, d]))
    let epsilon = Float(c.layerNormEpsilon)
    transformer = VisionTransformer(
      embedding: embedding,
      // The checkpoints' own spelling.
      inputNorm: try weights.scoped("pre_layrnorm").layerNorm(columns: d, epsilon: epsilon),
      blocks: try TransformerBlock.openAI(c, weights),
      finalNorm: try weights.scoped("post_layernorm").layerNorm(columns: d, epsilon: epsilon))
    if root.contains("visual_projection.weight") {
      projection = try root.scoped("visual_projection").linear(outputs: c.outputSize, inputs: d, bias: false)
    }
  }

  package func prepared(_ precision: MatrixPrecision) -> CLIP {
    var prepared = self
    prepared.transformer = transformer.prepared(precision)
    prepared.projection = projection?.prepared(MatrixPlan(packed: precision))
    return prepared
  }

  /// No norm follows the last block but for the class token.
  package func lastHiddenState(of lastState: Tensor) -> Tensor { lastState }

  package func width(of output: EncoderOutput) -> Int? {
    switch output {
    case .pooled: hiddenSize
    case .projected: projection?.outputs
    case .logits: nil
    }
  }

  /// Pooled is the class token after the final norm; projected is its projection (not normalised to length 1).
  package func output(_ output: EncoderOutput, of lastState: Tensor) -> Tensor? {
    switch output {
    case .pooled: finalNorm(lastState.firstTokens)
    case .projected: projection.map { projection in lastState.mappingItems { projection(finalNorm($0.firstTokens)) } }
    case .logits: nil
    }
  }
}

extension TransformerBlock {
  private static let openAINames = Names(
    norm1: "layer_norm1", norm2: "layer_norm2", query: "self_attn.q_proj", key: "self_attn.k_proj",
    value: "self_attn.v_proj", output: "self_attn.out_proj", up: "mlp.fc1", down: "mlp.fc2")

  /// The blocks of CLIP and of the families that name theirs in the same way.
  static func openAI(
    _ configuration: VisionTransformerConfiguration, _ weights: WeightReader
  ) throws(ModelFileError) -> [TransformerBlock] {
    var blocks: [TransformerBlock] = []
    for index in 0..<configuration.layers {
      blocks.append(
        try TransformerBlock(configuration.block, weights.scoped("encoder.layers.\(index)"), openAINames))
    }
    return blocks
  }
}

extension VisionTransformerConfiguration {
  var block: TransformerBlock.Shape {
    TransformerBlock.Shape(
      hiddenSize: hiddenSize, heads: attentionHeads, intermediateSize: intermediateSize, normEpsilon: layerNormEpsilon,
      activation: activation, hasQKVBias: hasQKVBias)
  }
}
