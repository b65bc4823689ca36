/// A symmetric matrix of some hundreds of rows, in double precision.
package struct SymmetricMatrix: Sendable {
  package let order: Int
  /// The values, row by row.
  package private(set) var values: [Double]

  package init(order: Int) {
    self.order = order
    values = [Double](repeating: 0, count: order * order)
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[row * order + column] }
    set { values[row * order + column] = newValue }
  }

  /// Adds the outer product of a vector with itself to the lower half.
  package mutating func addOuterProduct(_ vector: [Float]) {
    values.withUnsafeMutableBufferPointer { values in
      for row in 0..<order {
        let factor = Double(vector[row])
        let start = row * order
        for column in 0...row { values[start + column] += factor * Double(vector[column]) }
      }
    }
  }

  /// Copies the part below the diagonal to the part above it.
  package mutating func mirrorLowerHalf() {
    for row in 0..<order {
      for column in 0..<row { values[column * order + row] = values[row * order + column] }
    }
  }

  package mutating func scale(by factor: Double) {
    for index in values.indices { values[index] *= factor }
  }

  /// The product with a vector.
  package func times(_ vector: [Double]) -> [Double] {
    values.withUnsafeBufferPointer { values in
      (0..<order).map { row in
        var sum = 0.0
        for column in 0..<order { sum += values[row * order + column] * vector[column] }
        return sum
      }
    }
  }

  /// The solution x of `self · x = right`, by Cholesky decomposition; the matrix must be positive definite.
  package func solved(_ right: [Double]) -> [Double] {
    var lower = values
    var solution = right
    lower.withUnsafeMutableBufferPointer { lower in
      for row in 0..<order {
        for column in 0...row {
          var sum = lower[row * order + column]
          for k in 0..<column { sum -= lower[row * order + k] * lower[column * order + k] }
          lower[row * order + column] =
            row == column ? max(sum, 1e-300).squareRoot() : sum / lower[column * order + column]
        }
      }
      for row in 0..<order {
        for k in 0..<row { solution[row] -= lower[row * order + k] * solution[k] }
        solution[row] /= lower[row * order + row]
      }
      for row in stride(from: order - 1, through: 0, by: -1) {
        for k in row + 1..<max(order, row + 1) { solution[row] -= lower[k * order + row] * solution[k] }
        solution[row] /= lower[row * order + row]
      }
    }
    return solution
  }
}
