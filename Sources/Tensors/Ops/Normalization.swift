import CKernels

extension Tensor {
  /// Layer normalisation (Ba et al. 2016) of each row, with biased variance.
  ///
  /// - Parameters:
  ///   - weight: `[columns]`.
  ///   - bias: `[columns]`.
  package func layerNormalized(weight: Tensor, bias: Tensor, epsilon: Float) -> Tensor {
    precondition(weight.count == columns && bias.count == columns, "layer norm of \(columns) columns")
    var out = Tensor(uninitialized: shape)
    withPointer { x in
      weight.withPointer { weight in
        bias.withPointer { bias in
          out.withMutablePointer { ck_layer_norm(rows, columns, x, weight, bias, epsilon, $0) }
        }
      }
    }
    return out
  }

  /// Root-mean-square normalisation (Zhang & Sennrich 2019) of each row.
  ///
  /// - Parameter weight: `[columns]`.
  package func rmsNormalized(weight: Tensor, epsilon: Float) -> Tensor {
    precondition(weight.count == columns, "RMS norm of \(columns) columns")
    var out = Tensor(uninitialized: shape)
    withPointer { x in
      weight.withPointer { weight in
        out.withMutablePointer { ck_rms_norm(rows, columns, x, weight, epsilon, $0) }
      }
    }
    return out
  }
}
