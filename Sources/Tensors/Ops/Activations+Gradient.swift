import CKernels

extension Variable {
  /// The exact GELU of each element.
  public func gelu() -> Variable {
    .recorded(value.gelu(), inputs: [node]) { [value, node] gradient in
      var result = Tensor(uninitialized: value.shape)
      value.withPointer { x in
        gradient.withPointer { gradient in
          result.withMutablePointer { ck_gelu_backward(value.count, x, gradient, $0) }
        }
      }
      node?.accumulate(result)
    }
  }

  /// The hyperbolic tangent of each element.
  public func tanh() -> Variable {
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

  /// `[rows, 2 * n]` → `[rows, n]`: the SiLU of each row's first half times its second half.
  public func siluGated() -> Variable {
    .recorded(value.siluGated(), inputs: [node]) { [value, node] gradient in
      var result = Tensor(uninitialized: value.shape)
      value.withPointer { x in
        gradient.withPointer { gradient in
          result.withMutablePointer { ck_silu_gate_backward(value.rows, value.columns / 2, x, gradient, $0) }
        }
      }
      node?.accumulate(result)
    }
  }
}
