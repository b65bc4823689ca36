/// Layer normalisation with its parameters.
public struct LayerNorm: Sendable {
  /// `[columns]`.
  public let weight: Tensor
  /// `[columns]`.
  public let bias: Tensor
  public let epsilon: Float

  public init(weight: Tensor, bias: Tensor, epsilon: Float) {
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.layerNormalized(weight: weight, bias: bias, epsilon: epsilon)
  }
}

/// Root-mean-square normalisation with its parameter.
public struct RMSNorm: Sendable {
  /// `[columns]`.
  public let weight: Tensor
  public let epsilon: Float

  public init(weight: Tensor, epsilon: Float) {
    self.weight = weight
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.rmsNormalized(weight: weight, epsilon: epsilon)
  }
}
