import ModelFiles
import Tensors

/// Multi-head attention of tokens among themselves, in the layout of PyTorch's `nn.MultiheadAttention`: `in_proj_weight`
/// `[3 d, d]` is queries, keys, values. Where the file has `q_norm.weight` and `k_norm.weight` `[d / heads]`, each head of
/// queries and keys is normalised.
struct SelfAttention: Sendable {
  private let heads: Int
  private var input, output: Linear
  private let norm: HeadNormalization?

  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  init(weights: WeightReader, width d: Int, heads: Int) throws(ModelFileError) {
    self.heads = heads
    input = Linear(
      weight: try weights.matrixVariable("in_proj_weight", rows: 3 * d, columns: d),
      bias: try weights.variable("in_proj_bias", shape: [3 * d]))
    output = try weights.scoped("out_proj").linear(outputs: d, inputs: d)
    norm = try weights.queryKeyNorm(width: d, heads: heads).map {
      HeadNormalization(
        [
          HeadNormalization.Heads(firstColumn: 0, count: heads, weight: $0.query),
          HeadNormalization.Heads(firstColumn: d, count: heads, weight: $0.key),
        ], epsilon: queryKeyNormEpsilon)
    }
  }

  func prepared(_ plan: MatrixPlan) -> SelfAttention {
    var prepared = self
    (prepared.input, prepared.output) = (input.prepared(plan), output.prepared(plan))
    return prepared
  }

  /// - Parameters:
  ///   - x: `[batch, tokens, d]`.
  ///   - asking: the tokens whose results are wanted; `nil` is all. They attend to all tokens.
  ///   - dropout: the dropout of the probabilities.
  /// - Returns: `[batch, asking, d]`.
  func callAsFunction(_ x: Variable, asking: Range<Int>? = nil, dropout: Dropout) -> Variable {
    let d = x.value.columns
    var qkv = input(x)
    if let norm { qkv = norm(qkv) }
    let queries = asking.map { qkv.tokens($0) } ?? qkv
    return output(
      attention(
        queries: queries, keysValues: qkv, keyOffset: d, valueOffset: 2 * d, heads: heads, width: d, dropout: dropout))
  }
}

/// The epsilon of the heads' norms in every mapper.
let queryKeyNormEpsilon: Float = 1e-6

extension WeightReader {
  /// The weights `[width / heads]` of the norms of each head of queries and keys; `nil` where the file has none.
  ///
  /// - Throws: `ModelFileError` where one of the two is missing or misshapen.
  func queryKeyNorm(width: Int, heads: Int) throws(ModelFileError) -> (query: Variable, key: Variable)? {
    guard contains("q_norm.weight") || contains("k_norm.weight") else { return nil }
    let shape = [width / heads]
    return (try variable("q_norm.weight", shape: shape), try variable("k_norm.weight", shape: shape))
  }
}

extension TensorSource {
  /// - Parameter key: the name of a tensor with `width` columns, for the message.
  /// - Throws: `ModelFileError.invalidValue` where `heads` does not divide `width`.
  func checkHeads(_ heads: Int, divide width: Int, of key: String) throws(ModelFileError) {
    guard heads > 0, width % heads == 0 else {
      throw .invalidValue(
        path: path, key: key, problem: "has \(width) columns, which \(heads) attention heads do not divide")
    }
  }
}
