/// A tensor that may be on a tape.
package struct Variable: Sendable {
  package let value: Tensor
  /// `nil` for constants.
  package let node: GradientNode?

  /// A constant.
  package init(_ value: Tensor) {
    self.init(value, node: nil)
  }

  package init(_ value: Tensor, node: GradientNode?) {
    self.value = value
    self.node = node
  }

  package var shape: [Int] { value.shape }

  /// The gradient of the scalar that `GradientTape.backward` was called with; `nil` is zero, or not traced.
  package var gradient: Tensor? { node?.gradient }

  /// The result of an operation.
  ///
  /// - Parameters:
  ///   - inputs: the nodes of all inputs that the operation can differentiate by.
  ///   - backward: takes the gradient of the result, of the shape of `value`, and adds to those of the inputs.
  static func recorded(
    _ value: Tensor, inputs: [GradientNode?], backward: @escaping @Sendable (_ gradient: Tensor) -> Void
  ) -> Variable {
    guard let tape = inputs.lazy.compactMap({ $0 }).first?.tape else { return Variable(value) }
    let node = GradientNode(tape: tape, shape: value.shape)
    tape.record {
      // An output that nothing was computed from has no gradient.
      if let gradient = node.take() { backward(gradient) }
    }
    return Variable(value, node: node)
  }
}

/// A matrix in the type that its file stores, frozen or trained.
package struct MatrixVariable: Sendable {
  /// `[rows, columns]`.
  package let stored: StoredTensor
  /// The gradient node of the matrix that these rows belong to; `nil` where it is frozen.
  let node: GradientNode?
  /// The first of these rows in that matrix.
  let firstRow: Int

  /// - Precondition: `node`, where there is one, has the matrix's shape.
  package init(_ stored: StoredTensor, node: GradientNode? = nil) {
    self.init(stored, node: node, firstRow: 0)
  }

  private init(_ stored: StoredTensor, node: GradientNode?, firstRow: Int) {
    self.stored = stored
    self.node = node
    self.firstRow = firstRow
  }

  /// Rows `range`, sharing memory and gradient.
  package func rows(_ range: Range<Int>) -> MatrixVariable {
    MatrixVariable(stored.rows(range), node: node, firstRow: firstRow + range.lowerBound)
  }
}
