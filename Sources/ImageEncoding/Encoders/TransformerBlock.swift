import ModelFiles
import Tensors

/// A pre-norm block: `x + scale1 · attention(norm1(x))`, then `x + scale2 · mlp(norm2(x))`, the scales where there are any
/// (layer scale, Touvron et al. 2021).
struct TransformerBlock: Sendable {
  private let heads: Int
  private let norm1, norm2: LayerNorm
  private var query, key, value, output: Linear
  /// `[3 * hidden]`, the biases of queries, keys and values.
  private let inputBias: Tensor
  private let scale1, scale2: Tensor?
  private var up, down: Linear
  private let activation: Activation
  private let isGated: Bool
  /// The precision of the attention's products.
  private var precision = MatrixPrecision.f32

  /// What a family's checkpoints call the parts of a block.
  struct Names {
    let norm1, norm2, query, key, value, output, up, down: String
    var gatedUp = "", gatedDown = ""
    var scale1, scale2: String?
  }

  struct Shape {
    let hiddenSize, heads, intermediateSize: Int
    let normEpsilon: Double
    let activation: Activation
    var hasQKVBias = true
    /// Whether the MLP's first layer yields gates and values, each `intermediateSize` wide.
    var isGated = false
  }

  init(_ shape: Shape, _ weights: WeightReader, _ names: Names) throws(ModelFileError) {
    let (d, inner) = (shape.hiddenSize, shape.intermediateSize)
    heads = shape.heads
    norm1 = try weights.scoped(names.norm1).layerNorm(columns: d, epsilon: Float(shape.normEpsilon))
    norm2 = try weights.scoped(names.norm2).layerNorm(columns: d, epsilon: Float(shape.normEpsilon))
    query = try weights.scoped(names.query).linear(outputs: d, inputs: d, bias: shape.hasQKVBias)
    key = try weights.scoped(names.key).linear(outputs: d, inputs: d, bias: shape.hasQKVBias)
    value = try weights.scoped(names.value).linear(outputs: d, inputs: d, bias: shape.hasQKVBias)
    let none = [Float](repeating: 0, count: d)
    inputBias = Tensor([query, key, value].flatMap { $0.bias?.value.values ?? none }, shape: [3 * d])
    output = try weights.scoped(names.output).linear(outputs: d, inputs: d)
    scale1 = try names.scale1.map { name throws(ModelFileError) in try weights.float32(name, shape: [d]) }
    scale2 = try names.scale2.map { name throws(ModelFileError) in try weights.float32(name, shape: [d]) }
    isGated = shape.isGated
    activation = shape.activation
    up = try weights.scoped(isGated ? names.gatedUp : names.up).linear(outputs: isGated ? 2 * inner : inner, inputs: d)
    down = try weights.scoped(isGated ? names.gatedDown : names.down).linear(outputs: d, inputs: inner)
  }

  func prepared(_ precision: MatrixPrecision) -> TransformerBlock {
    let plan = MatrixPlan(packed: precision)
    var prepared = self
    prepared.precision = precision
    (prepared.query, prepared.key, prepared.value) = (query.prepared(plan), key.prepared(plan), value.prepared(plan))
    prepared.output = output.prepared(plan)
    (prepared.up, prepared.down) = (up.prepared(plan), down.prepared(plan))
    return prepared
  }

  func preparedByteCount(_ plan: MatrixPlan) -> Int {
    [query, key, value, output, up, down].reduce(0) { $0 + $1.preparedByteCount(plan) }
  }

  /// The width of the first MLP layer's output plus that of the second one's input.
  var mlpWidth: Int { up.outputs + down.inputs }

  /// - Parameter x: `[batch, tokens, hidden]`, before the block and after it.
  func apply(to x: inout Tensor) {
    let d = x.columns
    let qkv = Linear.concatenated([query, key, value], norm1(x), bias: inputBias)
    let attended = attention(
      queries: qkv, keysValues: qkv, keyOffset: d, valueOffset: 2 * d, heads: heads, width: d, precision: precision)
    output.add(attended, scale: scale1, to: &x)
    let normed = norm2(x)
    let hidden = isGated ? up(normed).gated(by: activation) : up(normed, activation: activation)
    down.add(hidden, scale: scale2, to: &x)
  }
}
