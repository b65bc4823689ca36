import Foundation
import Tensors
import TestSupport
import Testing

/// Products in bfloat16 against the sum, in double precision, of the rounded factors.
@Suite("Matrices in bfloat16")
struct PackedMatrixTests {
  /// The nearest bfloat16, ties to even, by way of the definition: eight significant bits.
  private func rounded(_ x: Float) -> Double {
    if x == 0 { return 0 }
    let scale = scalbn(1.0, 7 - Int(x.exponent))
    return (Double(x) * scale).rounded(.toNearestOrEven) / scale
  }

  private func product(_ a: [Double], _ b: [Double], _ rows: Int, _ columns: Int, _ inner: Int, transposed: Bool)
    -> [Double]
  {
    (0..<rows * columns).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: columns)
      return (0..<inner).reduce(0) { sum, k in
        sum + a[row * inner + k] * b[transposed ? column * inner + k : k * columns + column]
      }
    }
  }

  private func expectClose(_ found: Tensor, _ expected: [Double], inner: Int) {
    // Factors are up to 2, so that each of the `inner` exact products is up to 4, and float32 sums of them move by half a
    // unit of 2^-23 of the running sum at each step, in a random walk.
    let tolerance = 4 * Double(inner) * 0x1p-24
    let worst = zip(found.values, expected).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(worst <= tolerance)
  }

  /// Rows below, at and above whole tiles of 12; columns that do not fill blocks of 32; odd and even sums, and one that is
  /// longer than what stays in the cache.
  @Test(
    "a product equals the sum of rounded factors, on every instruction set",
    arguments: [(16, 32, 8), (17, 33, 7), (24, 31, 64), (37, 70, 101), (25, 5, 2050)])
  func forward(rows: Int, outputs: Int, inputs: Int) {
    let weight = Tensor.random([outputs, inputs], seed: 1)
    let x = Tensor.random([rows, inputs], seed: 2)
    let expected = product(
      x.values.map(rounded), weight.values.map(rounded), rows, outputs, inputs, transposed: true)
    for set in KernelSettings.instructionSets {
      KernelSettings.with(instructionSet: set) {
        let found = Linear(weight: weight.stored).unpacked(as: .bf16)(x)
        #expect(found.shape == [rows, outputs])
        expectClose(found, expected, inner: inputs)
      }
    }
  }

  @Test("the gradient of the input goes through the rounded matrices of all layers that read it")
  func backward() {
    let (rows, inputs) = (19, 45)
    let weights = [34, 20, 7].enumerated().map { Tensor.random([$1, inputs], seed: UInt64(10 + $0)) }
    let x = Tensor.random([rows, inputs], seed: 3)
    let outputs = 61
    let cotangent = Tensor.random([rows, outputs], seed: 4)
    let expected = product(
      cotangent.values.map(rounded), weights.flatMap { $0.values.map(rounded) }, rows, inputs, outputs,
      transposed: false)
    let layers = weights.map { Linear(weight: $0.stored).unpacked(as: .bf16) }
    let tape = GradientTape()
    let variable = tape.variable(x)
    let out = Linear.concatenated(layers, variable)
    tape.backward(from: out.contracted(with: cotangent))
    guard let gradient = variable.gradient else {
      Issue.record("no gradient")
      return
    }
    expectClose(gradient, expected, inner: outputs)
  }

  @Test("few rows are multiplied by the matrix as it is stored")
  func fewRows() {
    let weight = StoredTensor.random(.q4_1, rows: 40, columns: 64, seed: 5)
    let x = Tensor.random([3, 64], seed: 6)
    let layer = Linear(weight: weight)
    #expect(layer.unpacked(as: .bf16)(x).values == layer(x).values)
  }

  @Test("infinities and numbers that are none stay what they are")
  func specialNumbers() {
    let weight = Tensor([1, .infinity, -.infinity, .nan], shape: [4, 1])
    let found = Linear(weight: weight.stored).unpacked(as: .bf16)(
      Tensor(Array(repeating: 1, count: 16), shape: [16, 1]))
    #expect(Array(found.values[0..<3]) == [1, .infinity, -.infinity])
    #expect(found.values[3].isNaN)
  }
}
