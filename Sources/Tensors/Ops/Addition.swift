import CKernels

extension Tensor {
  /// Adds a tensor of the same number of elements.
  package mutating func add(_ other: Tensor) {
    precondition(other.count == count, "sum of \(shape) and \(other.shape)")
    let count = count
    other.withPointer { x in withMutablePointer { ck_add(count, x, $0) } }
  }

  /// Adds `bias` `[columns]` to each row and applies the activation.
  package mutating func addBias(_ bias: Tensor, activation: Activation = .none) {
    precondition(bias.count == columns, "bias \(bias.shape) for \(shape)")
    let (rows, columns) = (rows, columns)
    bias.withPointer { bias in
      withMutablePointer { ck_add_bias(rows, columns, bias, activation.kernel, $0) }
    }
  }

  /// Adds `(x + bias) * scale`, row by row: the residual of a block with layer scale (Touvron et al. 2021).
  ///
  /// - Parameters:
  ///   - bias: `[columns]`; `nil` is zero.
  ///   - scale: `[columns]`.
  package mutating func addScaled(_ x: Tensor, bias: Tensor?, scale: Tensor) {
    let bias = bias ?? Tensor(zeros: [columns])
    precondition(x.count == count && bias.count == columns && scale.count == columns, "residual for \(shape)")
    let (rows, columns) = (rows, columns)
    x.withPointer { x in
      bias.withPointer { bias in
        scale.withPointer { scale in withMutablePointer { ck_add_scaled(rows, columns, x, bias, scale, $0) } }
      }
    }
  }

  /// Rows `range` of a tensor seen as `[rows, columns]`.
  package func rows(_ range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(shape)")
    var out = Tensor(uninitialized: [range.count, columns])
    let columns = columns
    withPointer { x in
      out.withMutablePointer { $0.update(from: x + range.lowerBound * columns, count: range.count * columns) }
    }
    return out
  }
}
