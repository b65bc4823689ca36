package import ModelFiles
package import Tensors
package import TextDecoding

/// A perceiver-style resampler (Alayrac et al. 2022, "Flamingo"; Jaegle et al. 2021): learnt queries read the image's
/// tokens through cross-attention, and each becomes one position of the prefix, in every layer.
///
/// `features [batch, …]` are standardised, projected by group, and given positions: the memory
/// `[batch, tokens, d]`. `length` queries `[length, d]` pass the blocks; `out` makes `layers · 2 · heads · dimension`
/// numbers of each, which are added to a `base` prefix that no image changes.
package struct Resampler: PrefixMapper {
  package var featureLayout: FeatureLayout? { tokens.standardizer.layout }
  package var prefixShape: Prefix.Shape { output.shape }
  private var tokens: FeatureTokens
  private let queries: Variable
  private var blocks: [ResamplerBlock]
  private let norm: LayerNorm
  private var output: PrefixOutput

  /// - Parameters:
  ///   - file: `mapper.safetensors`, with the names of its PyTorch original, or the same tensors on a tape.
  ///   - heads: attention heads.
  ///   - tokenGroups: how many tokens each input projection serves, in order.
  /// - Throws: `ModelFileError` where a tensor is missing, misshapen, or does not agree with the others.
  package init(file: any TensorSource, heads: Int, tokenGroups: [Int]) throws(ModelFileError) {
    let weights = WeightReader(file)
    output = try PrefixOutput(file: file)
    let d = output.width
    try file.checkHeads(heads, divide: d, of: "q")
    queries = try weights.variable("q", shape: [output.shape.length, d])
    tokens = try FeatureTokens(file: file, tokenGroups: tokenGroups, width: d)
    // Without a block no image would change the queries.
    var blocks: [ResamplerBlock] = []
    repeat {
      blocks.append(try ResamplerBlock(weights: weights.scoped("bl.\(blocks.count)"), width: d, heads: heads))
    } while weights.contains("bl.\(blocks.count).n1.weight")
    self.blocks = blocks
    norm = try weights.scoped("no").layerNorm(columns: d)
  }

  package func prepared(_ plan: MatrixPlan) -> Resampler {
    var prepared = self
    prepared.tokens = tokens.prepared(plan)
    prepared.blocks = blocks.map { $0.prepared(plan) }
    prepared.output = output.prepared(plan)
    return prepared
  }

  package func keysValues(_ features: Tensor, dropout: Dropout) -> Variable {
    let memory = tokens(features, dropout: dropout)
    var x = queries.repeated(features.shape[0])
    for block in blocks { x = block(x, memory: memory, dropout: dropout) }
    return output(norm(x))
  }
}
