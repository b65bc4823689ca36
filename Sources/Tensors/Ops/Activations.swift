import CKernels

/// A function of each element, as a layer may apply it to its sums before it stores them.
public enum Activation: String, Sendable, CaseIterable {
  case none
  /// The Gaussian error linear unit in its exact form, with erf.
  case gelu
  /// GELU's approximation by tanh, `x / 2 * (1 + tanh(√(2/π) (x + 0.044715 x³)))`: `gelu_new` and `gelu_pytorch_tanh` in
  /// Hugging Face's configurations.
  case geluTanh
  /// GELU's approximation by the logistic function, `x σ(1.702 x)`: `quick_gelu`.
  case quickGELU
  case relu
  /// `x σ(x)`, also called swish.
  case silu
  /// x within 0 and 6 (Krizhevsky 2010).
  case relu6

  /// As kernels take it.
  var kernel: Int32 {
    let kind =
      switch self {
      case .none: CK_ACTIVATION_NONE
      case .gelu: CK_ACTIVATION_GELU
      case .geluTanh: CK_ACTIVATION_GELU_TANH
      case .quickGELU: CK_ACTIVATION_QUICK_GELU
      case .relu: CK_ACTIVATION_RELU
      case .silu: CK_ACTIVATION_SILU
      case .relu6: CK_ACTIVATION_RELU6
      }
    return Int32(kind.rawValue)
  }
}

extension Tensor {
  /// The activation of each element.
  public func activated(by activation: Activation) -> Tensor {
    if activation == .none { return self }
    var out = Tensor(uninitialized: shape)
    withPointer { x in out.withMutablePointer { ck_activate(activation.kernel, count, x, $0) } }
    return out
  }

  /// The hyperbolic tangent of each element.
  public func tanh() -> Tensor {
    var out = Tensor(uninitialized: shape)
    withPointer { x in out.withMutablePointer { ck_tanh(count, x, $0) } }
    return out
  }

  /// `[rows, 2 * n]` → `[rows, n]`: the activation of each row's first half times its second half (Shazeer 2020).
  public func gated(by activation: Activation) -> Tensor {
    precondition(columns % 2 == 0, "a gate and a value of the same width")
    let width = columns / 2
    var out = Tensor(uninitialized: shape.dropLast() + [width])
    withPointer { x in out.withMutablePointer { ck_gate(activation.kernel, rows, width, x, $0) } }
    return out
  }

  /// Each row as probabilities.
  public func softmax() -> Tensor {
    var out = self
    out.withMutablePointer { ck_softmax_rows(rows, columns, $0, columns) }
    return out
  }
}
