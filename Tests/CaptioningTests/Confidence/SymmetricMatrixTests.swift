import Captioning
import TestSupport
import Testing

@Suite("Symmetric matrices")
struct SymmetricMatrixTests {
  /// A positive definite matrix whose eigenvalues differ.
  private func matrix(_ order: Int) -> SymmetricMatrix {
    var generator = SplitMix(seed: 5)
    var matrix = SymmetricMatrix(order: order)
    for number in 0..<2 * order {
      let size: Float = number < 3 ? 9 : 1
      matrix.addOuterProduct((0..<order).map { _ in Float.random(in: -size...size, using: &generator) })
    }
    matrix.mirrorLowerHalf()
    return matrix
  }

  @Test("a system of equations is solved", arguments: [1, 2, 17])
  func solved(order: Int) {
    let matrix = matrix(order)
    let right = (0..<order).map { Double($0) - 3 }
    let found = matrix.times(matrix.solved(right))
    #expect(zip(found, right).allSatisfy { abs($0 - $1) < 1e-8 })
  }

  @Test("eigenvectors are unit vectors that the matrix only stretches, and add up to the trace", arguments: [1, 2, 17])
  func eigenvectors(order: Int) {
    let matrix = matrix(order)
    let pairs = matrix.eigenvectors()
    for (value, vector) in pairs {
      #expect(abs(vector.map { $0 * $0 }.reduce(0, +) - 1) < 1e-9)
      #expect(zip(matrix.times(vector), vector).allSatisfy { abs($0 - value * $1) < 1e-7 })
    }
    let trace = (0..<order).map { matrix[$0, $0] }.reduce(0, +)
    #expect(abs(pairs.map(\.value).reduce(0, +) - trace) < 1e-8)
  }

  @Test("the largest eigenvectors are those of all of them, the largest first")
  func largest() {
    let matrix = matrix(40)
    let all = matrix.eigenvectors().map(\.value).sorted(by: >)
    let largest = matrix.largestEigenvectors(3)
    #expect(zip(largest, all).allSatisfy { abs($0.value - $1) < 1e-6 * $1 })
    for (value, vector) in largest {
      #expect(zip(matrix.times(vector), vector).allSatisfy { abs($0 - value * $1) < 1e-3 * value })
    }
  }
}
