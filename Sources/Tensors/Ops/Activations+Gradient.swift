import CKernels

extension Variable {
  /// The activation of each element.
  package func activated(by activation: Activation) -> Variable {
    if activation == .none { return self }
    return .recorded(value.activated(by: activation), inputs: [node]) { [value, node] gradient in
      var result = Tensor(uninitialized: value.shape)
      value.withPointer { x in
        gradient.withPointer { gradient in
          result.withMutablePointer { ck_activate_backward(activation.kernel, value.count, x, gradient, $0) }
        }
      }
      node?.accumulate(result)
    }
  }

  /// The hyperbolic tangent of each element.
  package func tanh() -> Variable {
    let out = value.tanh()
    return .recorded(out, inputs: [node]) { [out, node] gradient in
      var result = Tensor(uninitialized: out.shape)
      out.withPointer { y in
        gradient.withPointer { gradient in
          result.withMutablePointer { ck_tanh_backward(out.count, y, gradient, $0) }
        }
      }
      node?.accumulate(result)
    }
  }

  /// `[rows, 2 * n]` → `[rows, n]`: the activation of each row's first half times its second half.
  package func gated(by activation: Activation) -> Variable {
    .recorded(value.gated(by: activation), inputs: [node]) { [value, node] gradient in
      var result = Tensor(uninitialized: value.shape)
      value.withPointer { x in
        gradient.withPointer { gradient in
          result.withMutablePointer {
            ck_gate_backward(activation.kernel, value.rows, value.columns / 2, x, gradient, $0)
          }
        }
      }
      node?.accumulate(result)
    }
  }
}
