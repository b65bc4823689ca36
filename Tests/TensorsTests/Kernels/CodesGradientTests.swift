import Tensors
import TestSupport
import Testing

/// Gradients that go back through frozen matrices in 8 bits, against their definition: the gradient's rows and, for each
/// output of the way back, the matrix's columns rounded to 127 steps of their largest magnitude; sums in double precision.
@Suite("Gradients through products of codes")
struct CodesGradientTests {
  /// `g W`, and for each number the size of what is added up. The rows of `g` meet each matrix for itself.
  private func product(_ g: Tensor, _ weights: [Tensor]) -> [(value: Double, size: Double)] {
    let inputs = weights[0].columns
    var sums = Array(repeating: (value: 0.0, size: 0.0), count: g.rows * inputs)
    var first = 0
    for weight in weights {
      let outputs = weight.rows
      let columns = (0..<inputs).map { input in
        CodesProductTests.rounded((0..<outputs).map { weight.values[$0 * inputs + input] }[...], group: outputs)
      }
      for row in 0..<g.rows {
        let start = row * g.columns + first
        let rounded = CodesProductTests.rounded(g.values[start..<start + outputs], group: outputs)
        for input in 0..<inputs {
          let scale = Double(rounded.scales[0]) * Double(columns[input].scales[0])
          for k in 0..<outputs {
            let term = scale * Double(rounded.codes[k]) * Double(columns[input].codes[k])
            sums[row * inputs + input].value += term
            sums[row * inputs + input].size += abs(term)
          }
        }
      }
      first += outputs
    }
    return sums
  }

  private func gradient(_ layers: [Linear], _ x: Tensor, cotangent: Tensor) throws -> Tensor {
    let tape = GradientTape()
    let variable = tape.variable(x)
    tape.backward(from: Linear.concatenated(layers, variable).contracted(with: cotangent))
    return try #require(variable.gradient)
  }

  @Test(
    "the gradient of the input goes through the rounded matrices of all layers that read it, on every instruction set",
    arguments: [ElementType.q4_1, .f32], [1, 9, 40])
  func matchesDefinition(type: ElementType, rows: Int) throws {
    let weights =
      type == .f32
      ? [34, 20].map { Tensor.random([$0, 64], seed: UInt64($0)).stored }
      : [34, 20].map { StoredTensor.random(type, rows: $0, columns: 64, seed: UInt64($0)) }
    let cotangent = Tensor.random([rows, 54], seed: 4)
    let expected = product(cotangent, weights.map { $0.toFloat32() })
    for set in KernelSettings.instructionSets {
      let found = try KernelSettings.with(instructionSet: set) {
        try gradient(
          weights.map { Linear(weight: $0).prepared(.training(.int8)) }, .random([rows, 64], seed: 3),
          cotangent: cotangent)
      }
      // Sums of codes are exact: what is left are the scales' products and the sum of two layers.
      let worst = zip(found.values, expected).map { abs(Double($0) - $1.value) / max($1.size, 1e-30) }.max() ?? 0
      #expect(worst <= 8 * 0x1p-24, "\(set)")
    }
  }

  @Test("what goes forward is the product of codes, the same as without gradients")
  func forward() {
    let weight = StoredTensor.random(.q4_1, rows: 67, columns: 96, seed: 5)
    let x = Tensor.random([13, 96], seed: 6)
    let (training, captioning) = KernelSettings.with {
      (
        Linear(weight: weight).prepared(.training(.int8))(x),
        Linear(weight: weight).prepared(MatrixPlan(packed: .int8))(x)
      )
    }
    #expect(training.values == captioning.values)
  }

  /// One number near 1 and many below 1/254 of it, as the gradient of a language model's outputs is: rounded by one scale,
  /// the small ones would be 0.
  @Test("through a head, small numbers beside a large one are not lost")
  func head() throws {
    let weight = Tensor.random([300, 64], seed: 7)
    var values = Tensor.random([12, 300], seed: 8).values.map { $0 * 1e-3 }
    for row in 0..<12 { values[row * 300 + row] = -0.9 }
    let cotangent = Tensor(values, shape: [12, 300])
    let layer = { (plan: MatrixPlan) in Linear(weight: weight.stored).prepared(plan) }
    let x = Tensor.random([12, 64], seed: 9)
    let exact = try gradient([layer(.training(.f32))], x, cotangent: cotangent)
    let found = try gradient([layer(MatrixPlan.training(.int8).ofHead)], x, cotangent: cotangent)
    let rounded = try gradient([layer(.training(.int8))], x, cotangent: cotangent)
    #expect(found.relativeDistance(to: exact) < 1e-6)
    // That this matters: rounded, they are.
    #expect(rounded.relativeDistance(to: exact) > 1e-3)
  }
}
