/// Layer normalisation with its parameters.
package struct LayerNorm: Sendable {
  /// `[columns]`.
  package let weight: Variable
  /// `[columns]`.
  package let bias: Variable
  package let epsilon: Float

  package init(weight: Variable, bias: Variable, epsilon: Float) {
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
  }

  package init(weight: Tensor, bias: Tensor, epsilon: Float) {
    self.init(weight: Variable(weight), bias: Variable(bias), epsilon: epsilon)
  }

  package func callAsFunction(_ x: Variable) -> Variable {
    x.layerNormalized(weight: weight, bias: bias, epsilon: epsilon)
  }

  package func callAsFunction(_ x: Tensor) -> Tensor {
    x.layerNormalized(weight: weight.value, bias: bias.value, epsilon: epsilon)
  }
}

/// Root-mean-square normalisation with its parameter.
package struct RMSNorm: Sendable {
  /// `[columns]`.
  package let weight: Variable
  package let epsilon: Float

  package init(weight: Variable, epsilon: Float) {
    self.weight = weight
    self.epsilon = epsilon
  }

  package init(weight: Tensor, epsilon: Float) {
    self.init(weight: Variable(weight), epsilon: epsilon)
  }

  package func callAsFunction(_ x: Variable) -> Variable {
    x.rmsNormalized(weight: weight, epsilon: epsilon)
  }
}

/// Either normalisation, for models that use one or the other.
package enum Norm: Sendable {
  case layer(LayerNorm)
  case rms(RMSNorm)

  package func callAsFunction(_ x: Variable) -> Variable {
    switch self {
    case .layer(let norm): norm(x)
    case .rms(let norm): norm(x)
    }
  }
}
