import CKernels

extension Variable {
  /// The sum of two variables of one shape.
  package static func + (a: Variable, b: Variable) -> Variable {
    var sum = a.value
    sum.add(b.value)
    return .recorded(sum, inputs: [a.node, b.node]) { [a = a.node, b = b.node] gradient in
      a?.accumulate(gradient)
      b?.accumulate(gradient)
    }
  }

  /// Adds `bias`, the same for each of the rows: `[…, bias.count]` where trailing dimensions are seen as one row.
  package func adding(rowsOf bias: Variable) -> Variable {
    let width = bias.value.count
    precondition(value.count % max(width, 1) == 0, "rows of \(width) in \(shape)")
    let rows = value.count / max(width, 1)
    var sum = value.reshaped([rows, width])
    sum.addBias(bias.value.reshaped([width]))
    return .recorded(sum.reshaped(shape), inputs: [node, bias.node]) { [node, bias = bias.node] gradient in
      node?.accumulate(gradient)
      bias?.accumulate { sums in gradient.withPointer { ck_add_column_sums(rows, width, $0, sums) } }
    }
  }

  /// The product with constant factors, element by element.
  package func multiplied(by factors: Tensor) -> Variable {
    .recorded(value.multiplied(by: factors), inputs: [node]) { [node] gradient in
      node?.accumulate(gradient.multiplied(by: factors))
    }
  }

  package func scaled(by factor: Float) -> Variable {
    .recorded(value.scaled(by: factor), inputs: [node]) { [node] gradient in
      node?.accumulate(gradient.scaled(by: factor))
    }
  }
}

extension Tensor {
  /// The product of two tensors of the same number of elements, element by element.
  package func multiplied(by other: Tensor) -> Tensor {
    precondition(other.count == count, "product of \(shape) and \(other.shape)")
    var out = Tensor(uninitialized: shape)
    withPointer { x in other.withPointer { y in out.withMutablePointer { ck_multiply(count, x, y, $0) } } }
    return out
  }

  package func scaled(by factor: Float) -> Tensor {
    var out = self
    let count = count
    out.withMutablePointer { ck_scale(count, factor, $0) }
    return out
  }
}
