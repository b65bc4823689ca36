package import ModelFiles
package import Tensors

/// One block of the resampler, pre-norm with a residual around each part: self-attention among the queries,
/// cross-attention to the memory, MLP.
package struct ResamplerBlock: Sendable {
  private let heads: Int
  private let selfNorm, crossNorm, mlpNorm: LayerNorm
  private var selfAttention: SelfAttention
  private var crossQuery, crossKeyValue, crossOutput: Linear
  private let queryNorm, keyNorm: HeadNormalization?
  private var mlp: MLP

  /// Weights in the layout of PyTorch's `nn.MultiheadAttention`: `in_proj_weight` `[3 d, d]` is queries, keys, values.
  /// Where the file has `q_norm.weight` and `k_norm.weight` of an attention, its heads are normalised.
  package init(weights: WeightReader, width d: Int, heads: Int) throws(ModelFileError) {
    self.heads = heads
    selfNorm = try weights.scoped("n1").layerNorm(columns: d)
    crossNorm = try weights.scoped("n2").layerNorm(columns: d)
    mlpNorm = try weights.scoped("n3").layerNorm(columns: d)
    selfAttention = try SelfAttention(weights: weights.scoped("sa"), width: d, heads: heads)
    let cross = weights.scoped("ca")
    let weight = try cross.matrixVariable("in_proj_weight", rows: 3 * d, columns: d)
    let bias = try cross.variable("in_proj_bias", shape: [3 * d]).reshaped([3, d])
    crossQuery = Linear(weight: weight.rows(0..<d), bias: bias.rows(0..<1))
    crossKeyValue = Linear(weight: weight.rows(d..<3 * d), bias: bias.rows(1..<3))
    let norms = try cross.queryKeyNorm(width: d, heads: heads)
    func norm(_ weight: Variable?) -> HeadNormalization? {
      weight.map {
        HeadNormalization([.init(firstColumn: 0, count: heads, weight: $0)], epsilon: queryKeyNormEpsilon)
      }
    }
    (queryNorm, keyNorm) = (norm(norms?.query), norm(norms?.key))
    crossOutput = try cross.scoped("out_proj").linear(outputs: d, inputs: d)
    mlp = MLP(
      up: try weights.scoped("ff.0").linear(outputs: 4 * d, inputs: d),
      down: try weights.scoped("ff.3").linear(outputs: d, inputs: 4 * d))
  }

  func prepared(_ plan: MatrixPlan) -> ResamplerBlock {
    var prepared = self
    prepared.selfAttention = selfAttention.prepared(plan)
    prepared.crossQuery = crossQuery.prepared(plan)
    prepared.crossKeyValue = crossKeyValue.prepared(plan)
    prepared.crossOutput = crossOutput.prepared(plan)
    prepared.mlp = mlp.prepared(plan)
    return prepared
  }

  /// - Parameters:
  ///   - queries: `[batch, length, d]`.
  ///   - memory: `[batch, tokens, d]`.
  ///   - dropout: the dropout of attention probabilities, of the MLP's hidden layer, and of what each part adds.
  package func callAsFunction(_ queries: Variable, memory: Variable, dropout: Dropout) -> Variable {
    let d = queries.value.columns
    var x = queries
    x = x + dropout(selfAttention(selfNorm(x), dropout: dropout))
    var (asked, offered) = (crossQuery(crossNorm(x)), crossKeyValue(memory))
    if let queryNorm { asked = queryNorm(asked) }
    if let keyNorm { offered = keyNorm(offered) }
    let read = attention(
      queries: asked, keysValues: offered, keyOffset: 0, valueOffset: d, heads: heads, width: d, dropout: dropout)
    x = x + dropout(crossOutput(read))
    return x + dropout(mlp(mlpNorm(x), dropout: dropout))
  }
}
