import CKernels

/// What a layer may do to its sums (Hendrycks & Gimpel 2016 for GELU and its approximations).
public enum Activation: String, Sendable, CaseIterable {
  case none
  /// The Gaussian error linear unit in its exact form, with erf.
  case gelu
  /// GELU approximated by tanh.
  case geluTanh
  /// GELU approximated by x σ(1.702 x).
  case quickGELU
  case relu
  /// x σ(x), also called swish.
  case silu

  var kernel: Int32 {
    let kernel =
      switch self {
      case .none: CK_ACTIVATION_NONE
      case .gelu: CK_ACTIVATION_GELU
      case .geluTanh: CK_ACTIVATION_GELU_TANH
      case .quickGELU: CK_ACTIVATION_QUICK_GELU
      case .relu: CK_ACTIVATION_RELU
      case .silu: CK_ACTIVATION_SILU
      }
    return Int32(kernel.rawValue)
  }
}

extension Tensor {
  public func activated(by activation: Activation) -> Tensor {
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

  /// `[rows, 2 * n]` → `[rows, n]`: the activation of each row's first half times its second half (Shazeer 2020, "GLU
  /// variants": SwiGLU, GeGLU).
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
