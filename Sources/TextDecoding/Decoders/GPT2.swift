package import ModelFiles
import Tensors

/// GPT-2 (Radford et al. 2019): pre-norm blocks and learnt positions. Text behind a prefix of length P begins at the
/// embedding of position P.
extension TransformerDecoder {
  /// `model.safetensors` of Hugging Face, whose `Conv1D` keeps matrices transposed.
  ///
  /// - Parameter weights: the tensors, with or without `transformer.` before each name.
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  package init(gpt2 c: GPT2Configuration, huggingFace weights: WeightReader) throws(ModelFileError) {
    let root = weights.rooted(at: ["transformer"], having: "wte.weight")
    try self.init(gpt2: c, weights, root, .huggingFace)
  }

  /// A GGUF file of architecture `gpt2`.
  ///
  /// - Throws: as the other initialiser.
  package init(gpt2 c: GPT2Configuration, gguf weights: WeightReader) throws(ModelFileError) {
    try self.init(gpt2: c, weights, weights, .gguf)
  }

  private struct GPT2Names {
    let embedding, positions, norm, head, layers: String
    let attentionNorm, qkv, output, mlpNorm, up, down: String
    let isTransposed: Bool

    static let huggingFace = GPT2Names(
      embedding: "wte.weight", positions: "wpe.weight", norm: "ln_f", head: "lm_head.weight", layers: "h",
      attentionNorm: "ln_1", qkv: "attn.c_attn", output: "attn.c_proj", mlpNorm: "ln_2", up: "mlp.c_fc",
      down: "mlp.c_proj", isTransposed: true)
    static let gguf = GPT2Names(
      embedding: "token_embd.weight", positions: "position_embd.weight", norm: "output_norm", head: "output.weight",
      layers: "blk", attentionNorm: "attn_norm", qkv: "attn_qkv", output: "attn_output", mlpNorm: "ffn_norm",
      up: "ffn_up", down: "ffn_down", isTransposed: false)
  }

  /// - Parameters:
  ///   - weights: the tensors among which the head is.
  ///   - root: the tensors among which everything else is.
  private init(
    gpt2 c: GPT2Configuration, _ weights: WeightReader, _ root: WeightReader, _ names: GPT2Names
  ) throws(ModelFileError) {
    let d = c.hiddenSize
    func norm(_ reader: WeightReader, _ name: String) throws(ModelFileError) -> Norm {
      .layer(try reader.scoped(name).layerNorm(columns: d, epsilon: Float(c.layerNormEpsilon)))
    }
    func linear(
      _ reader: WeightReader, _ name: String, outputs: Int, inputs: Int
    ) throws(ModelFileError) -> Linear {
      let reader = reader.scoped(name)
      if !names.isTransposed { return try reader.linear(outputs: outputs, inputs: inputs) }
      return Linear(
        weight: try reader.matrix("weight", rows: inputs, columns: outputs).transposed(),
        bias: try reader.float32("bias", shape: [outputs]))
    }
    var embedding = TokenEmbedding(
      Linear(weight: try root.matrix(names.embedding, rows: c.vocabularySize, columns: d)))
    embedding.positions = (
      Linear(weight: try root.matrix(names.positions, rows: c.maximumPositions, columns: d)), 0
    )
    var layers: [DecoderLayer] = []
    for index in 0..<c.layers {
      let reader = root.scoped("\(names.layers).\(index)")
      let qkv = try linear(reader, names.qkv, outputs: 3 * d, inputs: d)
      layers.append(
        DecoderLayer(
          attention: DecoderAttention(
            inputs: [qkv], bias: qkv.bias?.value, output: try linear(reader, names.output, outputs: d, inputs: d),
            rotary: nil),
          attentionNorms: ResidualNorms(input: try norm(reader, names.attentionNorm)),
          mlp: .plain(
            MLP(
              up: try linear(reader, names.up, outputs: c.intermediateSize, inputs: d),
              down: try linear(reader, names.down, outputs: d, inputs: c.intermediateSize), activation: c.activation)),
          mlpNorms: ResidualNorms(input: try norm(reader, names.mlpNorm))))
    }
    let head =
      c.tiesWordEmbeddings || !weights.contains(names.head)
      ? embedding.tokens : Linear(weight: try weights.matrix(names.head, rows: c.vocabularySize, columns: d))
    self.init(
      heads: Heads(queries: c.attentionHeads, keyValues: c.attentionHeads, dimension: c.headDimension),
      embedding: embedding, layers: layers, norm: try norm(root, names.norm), head: head,
      maximumPositions: c.maximumPositions)
  }
}
