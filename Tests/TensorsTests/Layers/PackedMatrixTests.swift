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
        let found = Linear(weight: weight.stored).prepared(.training(.bf16))(x)
        #expect(found.shape == [rows, outputs])
        expectClose(found, expected, inner: inputs)
      }
    }
  }

  @Test(
    "a product in f32 equals the sum in double precision, on every instruction set",
    arguments: [(9, 32, 8), (17, 33, 7), (300, 70, 101), (25, 5, 1030)])
  func floats(rows: Int, outputs: Int, inputs: Int) {
    let weight = Tensor.random([outputs, inputs], seed: 1)
    let x = Tensor.random([rows, inputs], seed: 2)
    let expected = product(
      x.values.map { Double($0) }, weight.values.map { Double($0) }, rows, outputs, inputs, transposed: true)
    for set in KernelSettings.instructionSets {
      KernelSettings.with(instructionSet: set) {
        expectClose(Linear(weight: weight.stored).prepared(MatrixPlan(packed: .f32))(x), expected, inner: inputs)
      }
    }
  }

  @Test(
    "a product in 8 bits equals that of rows and outputs rounded to 127 steps, on every instruction set",
    arguments: [(9, 32, 8), (17, 33, 7), (300, 70, 101), (25, 5, 1030)])
  func bytes(rows: Int, outputs: Int, inputs: Int) {
    func rounded(_ matrix: Tensor) -> [Double] {
      (0..<matrix.rows).flatMap { row -> [Double] in
        let slice = matrix.values[row * inputs..<(row + 1) * inputs]
        let (codes, scales) = CodesProductTests.rounded(slice, group: inputs)
        return codes.map { Double($0) * Double(scales[0]) }
      }
    }
    let weight = Tensor.random([outputs, inputs], seed: 1)
    let x = Tensor.random([rows, inputs], seed: 2)
    let expected = product(rounded(x), rounded(weight), rows, outputs, inputs, transposed: true)
    for set in KernelSettings.instructionSets {
      KernelSettings.with(instructionSet: set) {
        // Sums are exact integers. The product of scales is rounded, and so is 128 times the row's sum, which is taken
        // away again.
        expectClose(
          Linear(weight: weight.stored).prepared(MatrixPlan(packed: .int8))(x), expected, inner: 64 * inputs)
      }
    }
  }

  @Test(
    "bias, activation, scale and residual that are part of a product equal those after it",
    arguments: MatrixPrecision.allCases, Activation.allCases)
  func epilogue(precision: MatrixPrecision, activation: Activation) {
    let (rows, outputs, inputs) = (29, 45, 40)
    let weight = Tensor.random([outputs, inputs], seed: 1)
    let (bias, scale) = (Tensor.random([outputs], seed: 2), Tensor.random([outputs], seed: 3))
    let (x, residual) = (Tensor.random([rows, inputs], seed: 4), Tensor.random([rows, outputs], seed: 5))
    let plan = MatrixPlan(packed: precision)
    let plain = Linear(weight: weight.stored).prepared(plan)(x)
    let layer = Linear(weight: weight.stored, bias: bias).prepared(plan)
    for set in KernelSettings.instructionSets {
      KernelSettings.with(instructionSet: set) {
        var biased = plain
        biased.addBias(bias, activation: activation)
        // Numbers up to some tens, whose sums run in other orders on other sets.
        #expect(layer(x, activation: activation).distance(to: biased) <= 1e-4)
        var (found, expected) = (residual, residual)
        layer.add(x, scale: scale, to: &found)
        expected.addScaled(plain, bias: bias, scale: scale)
        #expect(found.distance(to: expected) <= 1e-4)
        (found, expected) = (residual, residual)
        layer.add(x, to: &found)
        expected.addScaled(plain, bias: bias, scale: Tensor([Float](repeating: 1, count: outputs), shape: [outputs]))
        #expect(found.distance(to: expected) <= 1e-4)
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
    let layers = weights.map { Linear(weight: $0.stored).prepared(.training(.bf16)) }
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

  @Test(
    "what a row becomes does not depend on how many there are, bit for bit",
    arguments: MatrixPrecision.allCases.filter { $0 != .f32 || KernelSettings.instructionSets.contains("AVX-512") })
  func anyNumberOfRows(precision: MatrixPrecision) {
    let weight = StoredTensor.random(.q4_1, rows: 40, columns: 64, seed: 5)
    let x = Tensor.random([30, 64], seed: 6)
    let layer = Linear(weight: weight).prepared(MatrixPlan(roundsRows: precision == .int8, packed: precision))
    KernelSettings.with {
      let all = layer(x)
      for count in [1, 3, 8, 9, 13] {
        #expect(layer(x.rows(0..<count)).values == all.rows(0..<count).values)
      }
    }
  }

  @Test("infinities and numbers that are none stay what they are")
  func specialNumbers() {
    let weight = Tensor([1, .infinity, -.infinity, .nan], shape: [4, 1])
    let found = Linear(weight: weight.stored).prepared(.training(.bf16))(
      Tensor(Array(repeating: 1, count: 16), shape: [16, 1]))
    #expect(Array(found.values[0..<3]) == [1, .infinity, -.infinity])
    #expect(found.values[3].isNaN)
  }
}
