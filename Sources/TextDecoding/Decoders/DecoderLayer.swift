import Tensors

/// One block of a causal transformer: attention and MLP, each added to the residual stream. Families differ in the
/// layers that they put here.
struct DecoderLayer: Sendable {
  var attention: DecoderAttention
  var attentionNorms: ResidualNorms
  var mlp: FeedForward
  var mlpNorms: ResidualNorms
  /// Whether both halves read the same input (Wang & Komatsuzaki 2021, "GPT-J"). Otherwise the MLP reads attention's
  /// output.
  var isParallel = false

  /// - Parameter attend: `[tokens, queries | keys | values]` before the rotation → `[tokens, queries]`.
  func callAsFunction(_ x: Variable, attend: (_ qkv: Variable) -> Variable) -> Variable {
    let attended = attentionNorms.branch(x) { attention.output(attend(attention.project($0))) }
    if isParallel { return x + attended + mlpNorms.branch(x) { mlp($0) } }
    let sum = attentionNorms.joined(x + attended)
    return mlpNorms.joined(sum + mlpNorms.branch(sum) { mlp($0) })
  }

  var matrices: [Linear] { attention.inputs + [attention.output] + mlp.matrices }

  /// The same, frozen: see `Linear.prepared(_:)`.
  func prepared(_ plan: MatrixPlan) -> DecoderLayer {
    var prepared = self
    prepared.attention.inputs = attention.inputs.map { $0.prepared(plan) }
    prepared.attention.output = attention.output.prepared(plan)
    prepared.mlp = mlp.prepared(plan)
    return prepared
  }
}

/// The norms of one half of a block.
struct ResidualNorms: Sendable {
  /// The norm of its input (Xiong et al. 2020, "pre-norm").
  var input: Norm?
  /// The norm of its output, before it is added (Gemma).
  var output: Norm?
  /// The norm of the sum (Vaswani et al. 2017, "post-norm").
  var sum: Norm?

  init(input: Norm? = nil, output: Norm? = nil, sum: Norm? = nil) {
    self.input = input
    self.output = output
    self.sum = sum
  }

  func branch(_ x: Variable, _ body: (Variable) -> Variable) -> Variable {
    let y = body(input.map { $0(x) } ?? x)
    return output.map { $0(y) } ?? y
  }

  func joined(_ x: Variable) -> Variable { sum.map { $0(x) } ?? x }
}

/// The projections of a block's attention, and which positions it sees.
struct DecoderAttention: Sendable {
  /// The projections to queries, keys and values: three layers, or one for all; outputs are in this order.
  var inputs: [Linear]
  /// The bias of all together, `[queries + keys + values]`.
  var bias: Tensor?
  var norm: HeadNormalization?
  var output: Linear
  /// Which of the decoder's rotary embeddings rotates queries and keys; `nil` where positions are in the embeddings.
  var rotary: Int?
  /// The largest number of positions that a token sees, itself included.
  var window: Int?

  init(inputs: [Linear], bias: Tensor? = nil, norm: HeadNormalization? = nil, output: Linear, rotary: Int? = 0) {
    self.inputs = inputs
    self.bias = bias
    self.norm = norm
    self.output = output
    self.rotary = rotary
  }

  func project(_ x: Variable) -> Variable {
    let qkv = Linear.concatenated(inputs, x, bias: bias)
    return norm.map { $0(qkv) } ?? qkv
  }
}

/// The MLP of a block.
enum FeedForward: Sendable {
  case plain(MLP)
  case gated(GatedMLP)

  func callAsFunction(_ x: Variable) -> Variable {
    switch self {
    case .plain(let mlp): mlp(x)
    case .gated(let mlp): mlp(x)
    }
  }

  var matrices: [Linear] {
    switch self {
    case .plain(let mlp): [mlp.up, mlp.down]
    case .gated(let mlp): [mlp.gate, mlp.up, mlp.down]
    }
  }

  func prepared(_ plan: MatrixPlan) -> FeedForward {
    switch self {
    case .plain(let mlp): .plain(mlp.prepared(plan))
    case .gated(let mlp): .gated(mlp.prepared(plan))
    }
  }
}

/// Turns tokens into the input of the first block.
struct TokenEmbedding: Sendable {
  let tokens: Linear
  /// Learnt positions (Gehring et al. 2017); `offset` is the row of position 0.
  var positions: (table: Linear, offset: Int)?
  /// The factor of the embeddings.
  var scale: Float?
  /// The projection to the width of the blocks, where embeddings have another width.
  var projection: Linear?

  init(_ tokens: Linear) { self.tokens = tokens }

  /// - Returns: `[tokens, hidden]`, without positions.
  func embed(_ ids: [Int]) -> Variable {
    var x = tokens.embed(ids)
    if let scale { x = x.scaled(by: scale) }
    return projection.map { $0(x) } ?? x
  }

  /// Adds the embeddings of positions, where they are learnt.
  func adding(positions places: [Int], to x: Variable) -> Variable {
    guard let positions else { return x }
    return x + positions.table.embed(places.map { $0 + positions.offset })
  }
}
