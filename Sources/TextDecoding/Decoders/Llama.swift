package import ModelFiles
import Tensors

/// The Llama family (Touvron et al. 2023), to which SmolLM2 belongs: RMSNorm, rotary positions, grouped-query attention,
/// gated MLP, an output head that may be the embedding. With a sliding window (Mistral, Jiang et al. 2023), with biases of
/// queries, keys and values (Qwen2, Yang et al. 2024), with norms of queries and keys (Qwen3).
extension TransformerDecoder {
  /// - Parameter names: the file's names of tensors, and its layout of the rotary embedding's pairs.
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  package init(llama c: LlamaConfiguration, weights: WeightReader, names: LlamaNames) throws(ModelFileError) {
    let heads = Heads(queries: c.attentionHeads, keyValues: c.keyValueHeads, dimension: c.headDimension)
    let embedding = Linear(
      weight: try weights.matrix(names.embedding, rows: c.vocabularySize, columns: c.hiddenSize))
    var layers: [DecoderLayer] = []
    for index in 0..<c.layers {
      layers.append(
        try Self.llamaLayer(c, heads, weights.scoped(names.layer(index)), names, window: c.windows[safely: index]))
    }
    // A file ties the head to the embedding by saying so, or by leaving the head out.
    let head =
      c.tiesWordEmbeddings || !weights.contains(names.head)
      ? embedding
      : Linear(weight: try weights.matrix(names.head, rows: c.vocabularySize, columns: c.hiddenSize))
    self.init(
      heads: heads, embedding: TokenEmbedding(embedding), layers: layers,
      norm: try weights.rmsNorm(names.norm, columns: c.hiddenSize, epsilon: c.rmsNormEpsilon), head: head,
      maximumPositions: c.maximumPositions)
    rotaries = [RotaryEmbedding(headDimension: c.headDimension, theta: c.ropeTheta, scaling: c.ropeScaling)]
    pairLayout = names.pairLayout
  }

  private static func llamaLayer(
    _ c: LlamaConfiguration, _ heads: Heads, _ reader: WeightReader, _ names: LlamaNames, window: Int?
  ) throws(ModelFileError) -> DecoderLayer {
    let (queryWidth, keyWidth) = (heads.queries * heads.dimension, heads.keyValues * heads.dimension)
    func projection(_ name: String, outputs: Int, inputs: Int, bias: Bool) throws(ModelFileError) -> Linear {
      try reader.scoped(name).linear(outputs: outputs, inputs: inputs, bias: bias)
    }
    func matrix(_ key: String, _ rows: Int, _ columns: Int) throws(ModelFileError) -> Linear {
      Linear(weight: try reader.matrix(key, rows: rows, columns: columns))
    }
    let inputs = [
      try projection(names.query, outputs: queryWidth, inputs: c.hiddenSize, bias: c.hasQKVBias),
      try projection(names.key, outputs: keyWidth, inputs: c.hiddenSize, bias: c.hasQKVBias),
      try projection(names.value, outputs: keyWidth, inputs: c.hiddenSize, bias: c.hasQKVBias),
    ]
    var attention = DecoderAttention(
      inputs: inputs, bias: Tensor.joined(inputs.map { $0.bias?.value }),
      output: try projection(names.output, outputs: c.hiddenSize, inputs: queryWidth, bias: c.hasOutputBias))
    attention.window = window
    if c.hasQueryKeyNorm {
      attention.norm = HeadNormalization(
        queryWeight: try reader.float32(names.queryNorm, shape: [c.headDimension]),
        keyWeight: try reader.float32(names.keyNorm, shape: [c.headDimension]), epsilon: Float(c.rmsNormEpsilon),
        heads: heads.queries, keyValueHeads: heads.keyValues)
    }
    func norm(_ key: String) throws(ModelFileError) -> ResidualNorms {
      ResidualNorms(input: try reader.rmsNorm(key, columns: c.hiddenSize, epsilon: c.rmsNormEpsilon))
    }
    return DecoderLayer(
      attention: attention, attentionNorms: try norm(names.attentionNorm),
      mlp: .gated(
        GatedMLP(
          gate: try matrix(names.gate, c.intermediateSize, c.hiddenSize),
          up: try matrix(names.up, c.intermediateSize, c.hiddenSize),
          down: try matrix(names.down, c.hiddenSize, c.intermediateSize))),
      mlpNorms: try norm(names.mlpNorm))
  }
}
