package import ModelFiles
import Tensors

/// GPT-NeoX (Black et al. 2022), to which Pythia belongs (Biderman et al. 2023): rotary positions for the first part of
/// each head, attention and MLP in parallel, one matrix with the queries, keys and values of each head in turn.
extension TransformerDecoder {
  /// - Parameter weights: `model.safetensors` of Hugging Face, with or without `gpt_neox.` before each name.
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  package init(gptNeoX c: GPTNeoXConfiguration, weights: WeightReader) throws(ModelFileError) {
    let root = weights.rooted(at: ["gpt_neox"], having: "embed_in.weight")
    let (d, h) = (c.hiddenSize, c.headDimension)
    func norm(_ reader: WeightReader, _ name: String) throws(ModelFileError) -> Norm {
      .layer(try reader.scoped(name).layerNorm(columns: d, epsilon: Float(c.layerNormEpsilon)))
    }
    // The rows of all queries, then of all keys, then of all values; the file has them head by head.
    let order = (0..<3).flatMap { part in
      (0..<c.attentionHeads).flatMap { head in (0..<h).map { (3 * head + part) * h + $0 } }
    }
    let tokens = Linear(weight: try root.matrix("embed_in.weight", rows: c.vocabularySize, columns: d))
    var layers: [DecoderLayer] = []
    for index in 0..<c.layers {
      let reader = root.scoped("layers.\(index)")
      let fused = reader.scoped("attention.query_key_value")
      let bias = c.hasAttentionBias ? try fused.float32("bias", shape: [3 * d]).values : nil
      let qkv = Linear(weight: try fused.matrix("weight", rows: 3 * d, columns: d).rows(order))
      layers.append(
        DecoderLayer(
          attention: DecoderAttention(
            inputs: [qkv], bias: bias.map { bias in Tensor(order.map { bias[$0] }, shape: [3 * d]) },
            output: try reader.scoped("attention.dense").linear(outputs: d, inputs: d, bias: c.hasAttentionBias)),
          attentionNorms: ResidualNorms(input: try norm(reader, "input_layernorm")),
          mlp: .plain(
            MLP(
              up: try reader.scoped("mlp.dense_h_to_4h").linear(outputs: c.intermediateSize, inputs: d),
              down: try reader.scoped("mlp.dense_4h_to_h").linear(outputs: d, inputs: c.intermediateSize),
              activation: c.activation)),
          mlpNorms: ResidualNorms(input: try norm(reader, "post_attention_layernorm")), isParallel: c.isParallel))
    }
    let head =
      c.tiesWordEmbeddings || !weights.contains("embed_out.weight")
      ? tokens : Linear(weight: try weights.matrix("embed_out.weight", rows: c.vocabularySize, columns: d))
    self.init(
      heads: Heads(queries: c.attentionHeads, keyValues: c.attentionHeads, dimension: h),
      embedding: TokenEmbedding(tokens), layers: layers, norm: try norm(root, "final_layer_norm"), head: head,
      maximumPositions: c.maximumPositions)
    rotaries = [
      RotaryEmbedding(
        headDimension: h, rotatedDimension: c.rotatedDimension, theta: c.ropeTheta, scaling: c.ropeScaling)
    ]
  }
}
