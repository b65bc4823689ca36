import RealModule
import Tensors

/// Fresh layers, with the initial distributions of PyTorch's own.
extension ParameterSet {
  /// `nn.Linear`: weight `[outputs, inputs]` and bias uniform within ±1/√inputs.
  mutating func appendLinear(
    _ name: String, outputs: Int, inputs: Int, bias: Bool = true, using generator: inout Xoshiro256PlusPlus
  ) {
    let bound = 1 / Double.sqrt(Double(inputs))
    append("\(name).weight", .uniform([outputs, inputs], bound: bound, using: &generator))
    if bias { append("\(name).bias", .uniform([outputs], bound: bound, using: &generator)) }
  }

  /// `nn.LayerNorm`: ones and zeros.
  mutating func appendLayerNorm(_ name: String, columns: Int) {
    append("\(name).weight", Tensor(Array(repeating: 1, count: columns), shape: [columns]))
    append("\(name).bias", Tensor(zeros: [columns]))
  }

  /// `nn.MultiheadAttention`: queries, keys and values in one matrix `[3 d, d]` (Glorot & Bengio 2010), no bias at first.
  mutating func appendAttention(_ name: String, width d: Int, using generator: inout Xoshiro256PlusPlus) {
    let bound = Double.sqrt(6 / Double(4 * d))
    append("\(name).in_proj_weight", .uniform([3 * d, d], bound: bound, using: &generator))
    append("\(name).in_proj_bias", Tensor(zeros: [3 * d]))
    let outputBound = 1 / Double.sqrt(Double(d))
    append("\(name).out_proj.weight", .uniform([d, d], bound: outputBound, using: &generator))
    append("\(name).out_proj.bias", Tensor(zeros: [d]))
  }

  /// Norms of the heads of queries and keys: ones.
  mutating func appendQueryKeyNorm(_ name: String, dimension: Int) {
    let ones = Tensor(Array(repeating: 1, count: dimension), shape: [dimension])
    for norm in ["q_norm", "k_norm"] { append("\(name).\(norm).weight", ones) }
  }
}
