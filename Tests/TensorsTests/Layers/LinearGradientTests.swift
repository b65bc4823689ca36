import Tensors
import TestSupport
import Testing

@Suite("Gradients of linear layers")
struct LinearGradientTests {
  @Test(
    "a frozen layer in any storage type hands on the gradient of the same layer unpacked",
    arguments: ElementType.allCases.filter(Linear.supports), [1, 2, 17, 40])
  func storedWeights(type: ElementType, rows: Int) throws {
    let columns = type.blockSize == 256 ? 512 : type.isQuantized ? 96 : 101
    // More rows than one panel of the unpacking, and no multiple of anything.
    let layer = Linear(weight: .random(type, rows: 300, columns: columns, seed: 1))
    let x = Tensor.random([rows, columns], seed: 2)
    let cotangent = Tensor.random([rows, 300], seed: 3)
    let stored = gradients(of: [x], cotangent: cotangent) { layer($0[0]) }.gradients[0]
    let unpacked = try #require(
      gradients(of: [x], cotangent: cotangent) { layer.prepared(.training(.f32))($0[0]) }.gradients[0])
    // Sums of 300 in panels of 256 against one sum: √300 · 2⁻²⁴ of terms whose sum is some √300 of them.
    #expect(try #require(stored).relativeDistance(to: unpacked) < 2e-6)
  }

  @Test("layers side by side hand on the sum of their gradients", arguments: [ElementType.f32, .q4_1, .q8_0, .f16])
  func concatenated(type: ElementType) throws {
    let layers = [(1, 20), (2, 300), (3, 7)].map { seed, rows in
      Linear(weight: .random(type, rows: rows, columns: 64, seed: seed))
    }
    let x = Tensor.random([5, 64], seed: 4)
    let cotangent = Tensor.random([5, 327], seed: 5)
    let together = gradients(of: [x], cotangent: cotangent) { Linear.concatenated(layers, $0[0]) }.gradients[0]
    var sum = Tensor(zeros: x.shape)
    var column = 0
    for layer in layers {
      let part = cotangent.columns(column..<column + layer.outputs)
      column += layer.outputs
      sum.add(try #require(gradients(of: [x], cotangent: part) { layer($0[0]) }.gradients[0]))
    }
    #expect(try #require(together).relativeDistance(to: sum) < 2e-6)
  }

  @Test("rows of a trained matrix put their gradients into the whole matrix's, where they lie")
  func rowsOfMatrix() throws {
    let (x, weight) = (Tensor.random([4, 6], seed: 1), Tensor.random([9, 6], seed: 2))
    let cotangent = Tensor.random([4, 9], seed: 3)
    let whole = gradients(of: [x, weight], cotangent: cotangent) { Linear(weight: $0[1].matrix)($0[0]) }.gradients
    let parts = gradients(of: [x, weight], cotangent: cotangent) { x in
      Linear.concatenated([0..<2, 2..<8, 8..<9].map { Linear(weight: x[1].matrix.rows($0)) }, x[0])
    }.gradients
    #expect(try #require(parts[1]).relativeDistance(to: whole[1]) < 1e-6)
    #expect(try #require(parts[0]).relativeDistance(to: whole[0]) < 1e-6)
  }

  @Test("a trained layer computes what the same layer computes frozen", arguments: Activation.allCases)
  func sameForward(activation: Activation) {
    let (x, weight, bias) = (
      Tensor.random([3, 8], seed: 1), Tensor.random([5, 8], seed: 2), Tensor.random([5], seed: 3)
    )
    let tape = GradientTape()
    let trained = Linear(weight: tape.variable(weight).matrix, bias: tape.variable(bias))(
      Variable(x), activation: activation)
    let frozen = Linear(weight: weight.stored, bias: bias)(x, activation: activation)
    withExtendedLifetime(tape) {
      #expect(trained.node != nil)
      #expect(trained.value.distance(to: frozen) == 0)
    }
  }
}
