package import ModelFiles
import Tensors

/// OPT (Zhang et al. 2022): learnt positions whose table begins two rows early, and ReLU. The model of 350 million
/// parameters has norms after each half of a block, and embeddings narrower than the blocks.
extension TransformerDecoder {
  /// - Parameter weights: `model.safetensors` of Hugging Face, with or without `model.` before each name.
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  package init(opt c: OPTConfiguration, weights: WeightReader) throws(ModelFileError) {
    let root = weights.rooted(at: ["model"], having: "decoder.embed_tokens.weight").scoped("decoder")
    let d = c.hiddenSize
    func norm(_ reader: WeightReader, _ name: String) throws(ModelFileError) -> Norm {
      .layer(try reader.scoped(name).layerNorm(columns: d))
    }
    func norms(_ reader: WeightReader, _ name: String) throws(ModelFileError) -> ResidualNorms {
      let norm = try norm(reader, name)
      return c.normsFirst ? ResidualNorms(input: norm) : ResidualNorms(sum: norm)
    }
    func linear(
      _ reader: WeightReader, _ name: String, _ outputs: Int, _ inputs: Int, bias: Bool
    ) throws(ModelFileError) -> Linear {
      try reader.scoped(name).linear(outputs: outputs, inputs: inputs, bias: bias)
    }
    var embedding = TokenEmbedding(
      Linear(weight: try root.matrix("embed_tokens.weight", rows: c.vocabularySize, columns: c.embeddingSize)))
    embedding.positions = (
      Linear(
        weight: try root.matrix(
          "embed_positions.weight", rows: c.maximumPositions + OPTConfiguration.positionOffset, columns: d)),
      OPTConfiguration.positionOffset
    )
    if c.embeddingSize != d { embedding.projection = try linear(root, "project_in", d, c.embeddingSize, bias: false) }
    var layers: [DecoderLayer] = []
    for index in 0..<c.layers {
      let reader = root.scoped("layers.\(index)")
      var inputs: [Linear] = []
      for name in ["q_proj", "k_proj", "v_proj"] {
        inputs.append(try linear(reader, "self_attn.\(name)", d, d, bias: c.hasBias))
      }
      layers.append(
        DecoderLayer(
          attention: DecoderAttention(
            inputs: inputs, bias: Tensor.joined(inputs.map { $0.bias?.value }),
            output: try linear(reader, "self_attn.out_proj", d, d, bias: c.hasBias), rotary: nil),
          attentionNorms: try norms(reader, "self_attn_layer_norm"),
          mlp: .plain(
            MLP(
              up: try linear(reader, "fc1", c.intermediateSize, d, bias: c.hasBias),
              down: try linear(reader, "fc2", d, c.intermediateSize, bias: c.hasBias), activation: c.activation)),
          mlpNorms: try norms(reader, "final_layer_norm")))
    }
    let head =
      c.tiesWordEmbeddings || !weights.contains("lm_head.weight")
      ? embedding.tokens
      : Linear(weight: try weights.matrix("lm_head.weight", rows: c.vocabularySize, columns: c.embeddingSize))
    self.init(
      heads: Heads(queries: c.attentionHeads, keyValues: c.attentionHeads, dimension: c.headDimension),
      embedding: embedding, layers: layers, norm: c.hasFinalNorm ? try norm(root, "final_layer_norm") : nil,
      head: head, maximumPositions: c.maximumPositions)
    if c.embeddingSize != d { outputProjection = try linear(root, "project_out", c.embeddingSize, d, bias: false) }
  }
}
