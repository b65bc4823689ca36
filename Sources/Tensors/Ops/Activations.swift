import CKernels

extension Tensor {
  /// The activation of each element.
  package func activated(by activation: Activation) -> Tensor {
    if activation == .none { return self }
    var out = Tensor(uninitialized: shape)
    withPointer { x in out.withMutablePointer { ck_activate(activation.kernel, count, x, $0) } }
    return out
  }

  /// The hyperbolic tangent of each element.
  package func tanh() -> Tensor {
    var out = Tensor(uninitialized: shape)
    withPointer { x in out.withMutablePointer { ck_tanh(count, x, $0) } }
    return out
  }

  /// `[rows, 2 * n]` → `[rows, n]`: the activation of each row's first half times its second half (Shazeer 2020).
  package func gated(by activation: Activation) -> Tensor {
    precondition(columns % 2 == 0, "a gate and a value of the same width")
    let width = columns / 2
    var out = Tensor(uninitialized: shape.dropLast() + [width])
    withPointer { x in out.withMutablePointer { ck_gate(activation.kernel, rows, width, x, $0) } }
    return out
  }

  /// Each row as probabilities.
  package func softmax() -> Tensor {
    var out = self
    out.withMutablePointer { ck_softmax_rows(rows, columns, $0, columns) }
    return out
  }
}
