import CKernels

/// What a linear layer may do to its sums before it stores them.
public enum Activation: Sendable {
  case none
  /// The Gaussian error linear unit in its exact form, with erf (Hendrycks & Gimpel 2016).
  case gelu
}

extension Tensor {
  /// The exact GELU of each element.
  public func gelu() -> Tensor {
    var out = Tensor(uninitialized: shape)
    withPointer { x in out.withMutablePointer { ck_gelu(count, x, $0) } }
    return out
  }

  /// The hyperbolic tangent of each element.
  public func tanh() -> Tensor {
    var out = Tensor(uninitialized: shape)
    withPointer { x in out.withMutablePointer { ck_tanh(count, x, $0) } }
    return out
  }

  /// `[rows, 2 * n]` → `[rows, n]`: the SiLU of each row's first half times its second half (SwiGLU, Shazeer 2020).
  public func siluGated() -> Tensor {
    precondition(columns % 2 == 0, "a gate and a value of the same width")
    let width = columns / 2
    var out = Tensor(uninitialized: shape.dropLast() + [width])
    withPointer { x in out.withMutablePointer { ck_silu_gate(rows, width, x, $0) } }
    return out
  }

  /// Each row as probabilities.
  public func softmax() -> Tensor {
    var out = self
    out.withMutablePointer { ck_softmax_rows(rows, columns, $0, columns) }
    return out
  }
}
