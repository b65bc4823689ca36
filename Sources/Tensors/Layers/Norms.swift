/// Layer normalisation with its parameters.
public struct LayerNorm: Sendable {
  /// `[columns]`.
  public let weight: Variable
  /// `[columns]`.
  public let bias: Variable
  public let epsilon: Float

  public init(weight: Variable, bias: Variable, epsilon: Float) {
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
  }

  public init(weight: Tensor, bias: Tensor, epsilon: Float) {
    self.init(weight: Variable(weight), bias: Variable(bias), epsilon: epsilon)
  }

  public func callAsFunction(_ x: Variable) -> Variable {
    x.layerNormalized(weight: weight, bias: bias, epsilon: epsilon)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.layerNormalized(weight: weight.value, bias: bias.value, epsilon: epsilon)
  }
}

/// Root-mean-square normalisation with its parameter.
public struct RMSNorm: Sendable {
  /// `[columns]`.
  public let weight: Variable
  public let epsilon: Float

  public init(weight: Variable, epsilon: Float) {
    self.weight = weight
    self.epsilon = epsilon
  }

  public init(weight: Tensor, epsilon: Float) {
    self.init(weight: Variable(weight), epsilon: epsilon)
  }

  public func callAsFunction(_ x: Variable) -> Variable {
    x.rmsNormalized(weight: weight, epsilon: epsilon)
  }
}

/// Either normalisation, for models that are built of the one or the other.
public enum Norm: Sendable {
  case layer(LayerNorm)
  case rms(RMSNorm)

  public func callAsFunction(_ x: Variable) -> Variable {
    switch self {
    case .layer(let norm): norm(x)
    case .rms(let norm): norm(x)
    }
  }
}
