import CKernels

extension Variable {
  /// Layer normalisation of each row.
  ///
  /// - Parameters:
  ///   - weight: `[columns]`.
  ///   - bias: `[columns]`.
  package func layerNormalized(weight: Variable, bias: Variable, epsilon: Float) -> Variable {
    let out = value.layerNormalized(weight: weight.value, bias: bias.value, epsilon: epsilon)
    return .recorded(out, inputs: [node, weight.node, bias.node]) { [self] gradient in
      let trained = weight.node != nil || bias.node != nil
      var gradients = (
        x: Tensor(uninitialized: shape), weight: Tensor(zeros: weight.shape), bias: Tensor(zeros: bias.shape)
      )
      value.withPointer { x in
        gradient.withPointer { gradient in
          weight.value.withPointer { weight in
            gradients.x.withMutablePointer { gradientX in
              gradients.weight.withMutablePointer { gradientWeight in
                gradients.bias.withMutablePointer { gradientBias in
                  ck_layer_norm_backward(
                    value.rows, value.columns, x, weight, epsilon, gradient, gradientX,
                    trained ? gradientWeight : nil, trained ? gradientBias : nil)
                }
              }
            }
          }
        }
      }
      node?.accumulate(gradients.x)
      weight.node?.accumulate(gradients.weight)
      bias.node?.accumulate(gradients.bias)
    }
  }

  /// Root-mean-square normalisation of each row.
  ///
  /// - Parameter weight: `[columns]`.
  package func rmsNormalized(weight: Variable, epsilon: Float) -> Variable {
    let out = value.rmsNormalized(weight: weight.value, epsilon: epsilon)
    return .recorded(out, inputs: [node, weight.node]) { [self] gradient in
      var gradients = (x: Tensor(uninitialized: shape), weight: Tensor(zeros: weight.shape))
      value.withPointer { x in
        gradient.withPointer { gradient in
          weight.value.withPointer { weightPointer in
            gradients.x.withMutablePointer { gradientX in
              gradients.weight.withMutablePointer { gradientWeight in
                ck_rms_norm_backward(
                  value.rows, value.columns, x, weightPointer, epsilon, gradient, gradientX,
                  weight.node != nil ? gradientWeight : nil)
              }
            }
          }
        }
      }
      node?.accumulate(gradients.x)
      weight.node?.accumulate(gradients.weight)
    }
  }
}
