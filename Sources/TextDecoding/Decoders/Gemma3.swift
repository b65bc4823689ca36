package import ModelFiles
import Tensors

/// Gemma 3's text model (Gemma Team 2025): embeddings times the square root of their width, norms before and after each
/// half of a block and of each head of queries and keys, sliding-window layers with rotary positions of their own,
/// GeGLU.
extension TransformerDecoder {
  /// `model.safetensors` of Hugging Face, whose norms are stored less 1.
  ///
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  package init(gemma3 c: Gemma3Configuration, huggingFace weights: WeightReader) throws(ModelFileError) {
    let embedding = "embed_tokens.weight"
    // Checkpoints with a vision encoder hold the text model under other names.
    let root = weights.rooted(
      at: ["model.language_model", "language_model.model", "model"], having: embedding)
    try self.init(
      gemma3: c, root,
      Gemma3Names(
        embedding: embedding, norm: "norm.weight", layers: "layers", query: "self_attn.q_proj.weight",
        key: "self_attn.k_proj.weight", value: "self_attn.v_proj.weight", output: "self_attn.o_proj.weight",
        queryNorm: "self_attn.q_norm.weight", keyNorm: "self_attn.k_norm.weight",
        attentionNorms: ("input_layernorm.weight", "post_attention_layernorm.weight"),
        mlpNorms: ("pre_feedforward_layernorm.weight", "post_feedforward_layernorm.weight"),
        gate: "mlp.gate_proj.weight", up: "mlp.up_proj.weight", down: "mlp.down_proj.weight", normOffset: 1))
  }

  /// A GGUF file of architecture `gemma3`.
  ///
  /// - Throws: as the other initialiser.
  package init(gemma3 c: Gemma3Configuration, gguf weights: WeightReader) throws(ModelFileError) {
    try self.init(
      gemma3: c, weights,
      Gemma3Names(
        embedding: "token_embd.weight", norm: "output_norm.weight", layers: "blk", query: "attn_q.weight",
        key: "attn_k.weight", value: "attn_v.weight", output: "attn_output.weight", queryNorm: "attn_q_norm.weight",
        keyNorm: "attn_k_norm.weight", attentionNorms: ("attn_norm.weight", "post_attention_norm.weight"),
        mlpNorms: ("ffn_norm.weight", "post_ffw_norm.weight"), gate: "ffn_gate.weight", up: "ffn_up.weight",
        down: "ffn_down.weight", normOffset: 0))
  }

  private struct Gemma3Names {
    let embedding, norm, layers, query, key, value, output, queryNorm, keyNorm: String
    let attentionNorms, mlpNorms: (before: String, after: String)
    let gate, up, down: String
    let normOffset: Float
  }

  private init(gemma3 c: Gemma3Configuration, _ root: WeightReader, _ names: Gemma3Names) throws(ModelFileError) {
    let heads = Heads(queries: c.attentionHeads, keyValues: c.keyValueHeads, dimension: c.headDimension)
    let (queryWidth, keyWidth) = (heads.queries * heads.dimension, heads.keyValues * heads.dimension)
    var embedding = TokenEmbedding(
      Linear(weight: try root.matrix(names.embedding, rows: c.vocabularySize, columns: c.hiddenSize)))
    embedding.scale = Float(c.hiddenSize).squareRoot()
    // Attention divides scores by the square root of the head dimension; any other divisor goes into the queries' norm.
    let queryScale = Float((Double(c.headDimension) / c.queryScalar).squareRoot())
    func norm(_ reader: WeightReader, _ key: String) throws(ModelFileError) -> Norm {
      try reader.rmsNorm(key, columns: c.hiddenSize, epsilon: c.rmsNormEpsilon, offset: names.normOffset)
    }
    func norms(_ reader: WeightReader, _ keys: (before: String, after: String)) throws(ModelFileError) -> ResidualNorms
    {
      ResidualNorms(input: try norm(reader, keys.before), output: try norm(reader, keys.after))
    }
    func matrix(_ reader: WeightReader, _ key: String, _ rows: Int, _ columns: Int) throws(ModelFileError) -> Linear {
      Linear(weight: try reader.matrix(key, rows: rows, columns: columns))
    }
    var layers: [DecoderLayer] = []
    for (index, window) in c.windows.enumerated() {
      let reader = root.scoped("\(names.layers).\(index)")
      let queryNorm = try reader.weight(names.queryNorm, columns: heads.dimension, offset: names.normOffset)
      var attention = DecoderAttention(
        inputs: [
          try matrix(reader, names.query, queryWidth, c.hiddenSize),
          try matrix(reader, names.key, keyWidth, c.hiddenSize),
          try matrix(reader, names.value, keyWidth, c.hiddenSize),
        ],
        norm: HeadNormalization(
          queryWeight: queryNorm.scaled(by: queryScale),
          keyWeight: try reader.weight(names.keyNorm, columns: heads.dimension, offset: names.normOffset),
          epsilon: Float(c.rmsNormEpsilon), heads: heads.queries, keyValueHeads: heads.keyValues),
        output: try matrix(reader, names.output, c.hiddenSize, queryWidth), rotary: window == nil ? 0 : 1)
      attention.window = window
      layers.append(
        DecoderLayer(
          attention: attention, attentionNorms: try norms(reader, names.attentionNorms),
          mlp: .gated(
            GatedMLP(
              gate: try matrix(reader, names.gate, c.intermediateSize, c.hiddenSize),
              up: try matrix(reader, names.up, c.intermediateSize, c.hiddenSize),
              down: try matrix(reader, names.down, c.hiddenSize, c.intermediateSize), activation: .geluTanh)),
          mlpNorms: try norms(reader, names.mlpNorms)))
    }
    self.init(
      heads: heads, embedding: embedding, layers: layers, norm: try norm(root, names.norm), head: embedding.tokens,
      maximumPositions: c.maximumPositions)
    rotaries = [
      RotaryEmbedding(headDimension: c.headDimension, theta: c.ropeTheta, scaling: c.ropeScaling),
      RotaryEmbedding(headDimension: c.headDimension, theta: c.localRopeTheta),
    ]
  }
}
