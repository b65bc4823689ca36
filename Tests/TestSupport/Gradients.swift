package import Tensors

extension Tensor {
  package var largestMagnitude: Float { values.reduce(0) { max($0, abs($1)) } }

  /// The largest difference as a share of the largest number of `other`; infinity where there is nothing to compare.
  package func relativeDistance(to other: Tensor?) -> Float {
    guard let other, other.largestMagnitude > 0 else { return .infinity }
    return distance(to: other) / other.largestMagnitude
  }

  /// The sum of products, in double precision.
  package func dot(_ other: Tensor) -> Double {
    zip(values, other.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  /// -1 or 1 by chance.
  package static func signs(_ shape: [Int], seed: UInt64) -> Tensor {
    let random = Tensor.random(shape, seed: seed)
    return Tensor(random.values.map { $0 < 0 ? -1 : 1 }, shape: shape)
  }

  /// Columns `range` of each row.
  package func columns(_ range: Range<Int>) -> Tensor {
    let (rows, columns, values) = (rows, columns, values)
    return Tensor(
      (0..<rows).flatMap { row in values[row * columns + range.lowerBound..<row * columns + range.upperBound] },
      shape: shape.dropLast() + [range.count])
  }

  /// Rows of all parts side by side.
  package static func besides(_ parts: [Tensor]) -> Tensor {
    let rows = parts[0].rows
    let values = (0..<rows).flatMap { row in parts.flatMap { $0.rows(row..<row + 1).values } }
    return Tensor(values, shape: parts[0].shape.dropLast() + [parts.reduce(0) { $0 + $1.columns }])
  }
}

extension Variable {
  /// The scalar ⟨self, cotangent⟩: the gradient that arrives at `self` is `cotangent` to the bit.
  package func contracted(with cotangent: Tensor) -> Variable {
    precondition(cotangent.shape == shape, "a cotangent \(cotangent.shape) for \(shape)")
    let ones = Tensor(Array(repeating: 1, count: value.count), shape: [1, value.count])
    return Linear(weight: ones.stored)(multiplied(by: cotangent).reshaped([1, value.count])).reshaped([])
  }

  /// Of a matrix whose gradient is wanted.
  package var matrix: MatrixVariable { MatrixVariable(value.stored, node: node) }
}

/// Gradients of ⟨function(inputs), cotangent⟩ by each of the inputs; `nil` for those that the result does not depend on.
package func gradients(
  of inputs: [Tensor], cotangent: Tensor, _ function: ([Variable]) throws -> Variable
) rethrows -> (out: Tensor, gradients: [Tensor?]) {
  let tape = GradientTape()
  let variables = inputs.map(tape.variable)
  let out = try function(variables)
  tape.backward(from: out.contracted(with: cotangent))
  return (out.value, variables.map(\.gradient))
}
