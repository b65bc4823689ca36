import ModelFiles
import Tensors

/// SigLIP's multi-head attention pooling: one learnt query attends to all tokens; a residual MLP follows.
struct AttentionPooling: Sendable {
  private let heads: Int
  /// `[1, 1, hidden]`: the projection of the probe to a query, which is the same for all images.
  private let query: Tensor
  private var keysValues, output: Linear
  private let norm: LayerNorm
  private var mlp: MLP
  private var precision = MatrixPrecision.f32

  /// - Parameter weights: `probe`, `attention` in the layout of PyTorch's `nn.MultiheadAttention`, `layernorm`, `mlp`.
  init(_ c: VisionTransformerConfiguration, _ weights: WeightReader) throws(ModelFileError) {
    let d = c.hiddenSize
    heads = c.attentionHeads
    let attention = weights.scoped("attention")
    let weight = try attention.matrix("in_proj_weight", rows: 3 * d, columns: d)
    let bias = try attention.float32("in_proj_bias", shape: [3 * d]).reshaped([3, d])
    let probe = try weights.float32("probe", shape: [1, 1, d])
    query = Linear(weight: weight.rows(0..<d), bias: bias.rows(0..<1).reshaped([d]))(probe)
    keysValues = Linear(weight: weight.rows(d..<3 * d), bias: bias.rows(1..<3).reshaped([2 * d]))
    output = try attention.scoped("out_proj").linear(outputs: d, inputs: d)
    norm = try weights.scoped("layernorm").layerNorm(columns: d, epsilon: Float(c.layerNormEpsilon))
    mlp = MLP(
      up: try weights.scoped("mlp.fc1").linear(outputs: c.intermediateSize, inputs: d),
      down: try weights.scoped("mlp.fc2").linear(outputs: d, inputs: c.intermediateSize), activation: c.activation)
  }

  func prepared(_ precision: MatrixPrecision) -> AttentionPooling {
    let plan = MatrixPlan(packed: precision)
    var prepared = self
    prepared.precision = precision
    (prepared.keysValues, prepared.output) = (keysValues.prepared(plan), output.prepared(plan))
    prepared.mlp = mlp.prepared(plan)
    return prepared
  }

  /// `[1, tokens, hidden]` → `[1, 1, hidden]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let d = x.columns
    let attended = attention(
      queries: query, keysValues: keysValues(x), keyOffset: 0, valueOffset: d, heads: heads, width: d,
      precision: precision)
    var pooled = output(attended)
    mlp.down.add(mlp.hidden(norm(pooled)), to: &pooled)
    return pooled
  }
}
