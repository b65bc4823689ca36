extension SymmetricMatrix {
  /// Eigenvectors of the largest eigenvalues, by orthogonal iteration with Rayleigh-Ritz projection (Golub & Van Loan,
  /// "Matrix Computations", section 8.2); the matrix must have no negative eigenvalue.
  ///
  /// - Returns: the largest eigenvalue first.
  package func largestEigenvectors(_ count: Int, iterations: Int = 40) -> [(value: Double, vector: [Double])] {
    // More than are wanted, so that the last wanted ones converge as well.
    let width = min(order, count + 8)
    var basis: [[Double]] = (0..<width).map { index in
      // Any start will do that is not orthogonal to the wanted eigenvectors.
      var vector = (0..<order).map { row in Double((row * 7919 + index * 104_729) % 1009) / 10_090 }
      vector[index] = 1
      return vector
    }
    Self.orthonormalise(&basis)
    for _ in 0..<iterations {
      basis = basis.map(times)
      Self.orthonormalise(&basis)
    }
    let images = basis.map(times)
    var small = SymmetricMatrix(order: width)
    for row in 0..<width {
      for column in 0..<width { small[row, column] = Self.dot(basis[row], images[column]) }
    }
    let pairs = small.eigenvectors().sorted { $0.value > $1.value }.prefix(count)
    return pairs.map { pair in
      var vector = [Double](repeating: 0, count: order)
      for (weight, column) in zip(pair.vector, basis) {
        for row in 0..<order { vector[row] += weight * column[row] }
      }
      return (pair.value, vector)
    }
  }

  /// All eigenvectors of a small matrix, by Jacobi's rotations, in no particular order.
  package func eigenvectors() -> [(value: Double, vector: [Double])] {
    var matrix = self
    var vectors = SymmetricMatrix(order: order)
    for index in 0..<order { vectors[index, index] = 1 }
    for _ in 0..<60 {
      var rest = 0.0
      for row in 0..<order { for column in 0..<row { rest += matrix[row, column] * matrix[row, column] } }
      if rest < 1e-22 { break }
      for p in 0..<order {
        for q in p + 1..<max(order, p + 1) where matrix[p, q] != 0 {
          let theta = (matrix[q, q] - matrix[p, p]) / (2 * matrix[p, q])
          let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<order {
            let (a, b) = (matrix[k, p], matrix[k, q])
            (matrix[k, p], matrix[k, q]) = (c * a - s * b, s * a + c * b)
          }
          for k in 0..<order {
            let (a, b) = (matrix[p, k], matrix[q, k])
            (matrix[p, k], matrix[q, k]) = (c * a - s * b, s * a + c * b)
            let (u, v) = (vectors[k, p], vectors[k, q])
            (vectors[k, p], vectors[k, q]) = (c * u - s * v, s * u + c * v)
          }
        }
      }
    }
    return (0..<order).map { column in (matrix[column, column], (0..<order).map { vectors[$0, column] }) }
  }

  private static func dot(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for index in left.indices { sum += left[index] * right[index] }
    return sum
  }

  /// The Gram-Schmidt process, applied twice, since once loses digits.
  private static func orthonormalise(_ vectors: inout [[Double]]) {
    for index in vectors.indices {
      for _ in 0..<2 {
        for other in 0..<index {
          let projection = dot(vectors[index], vectors[other])
          for row in vectors[index].indices { vectors[index][row] -= projection * vectors[other][row] }
        }
      }
      let length = vectors[index].reduce(0) { $0 + $1 * $1 }.squareRoot()
      // A vector that depends entirely on the earlier ones is noise, and comes last.
      let factor = length > 1e-150 ? 1 / length : 0
      for row in vectors[index].indices { vectors[index][row] *= factor }
    }
  }
}
