import CKernels
import Tensors
import TestSupport
import Testing

@Suite("Gradient tape")
struct GradientTapeTests {
  @Test("what is computed from constants is not recorded")
  func constants() {
    let x = Variable(.random([2, 3], seed: 1))
    let result = (x + x).activated(by: .gelu).scaled(by: 2).rows(0..<1)
    #expect(result.node == nil)
    #expect(result.gradient == nil)
  }

  @Test("a constant beside a variable gets no gradient, and the variable the one it would have alone")
  func mixed() throws {
    let tape = GradientTape()
    let (x, constant) = (tape.variable(.random([2, 3], seed: 1)), Variable(.random([2, 3], seed: 2)))
    let cotangent = Tensor.random([2, 3], seed: 3)
    tape.backward(from: (x + constant).contracted(with: cotangent))
    #expect(constant.gradient == nil)
    #expect(x.gradient?.distance(to: cotangent) == 0)
  }

  @Test("a frozen linear layer's input gets its gradient, its weight none")
  func frozenWeight() throws {
    let tape = GradientTape()
    let weight = Tensor.random([4, 3], seed: 1)
    let x = tape.variable(.random([2, 3], seed: 2))
    let layer = Linear(weight: weight.stored, bias: .random([4], seed: 3))
    tape.backward(from: layer(x).contracted(with: .random([2, 4], seed: 4)))
    #expect(x.gradient != nil)
    #expect(layer.bias?.gradient == nil)
  }

  @Test("an output that the result does not depend on gives no gradient")
  func unusedOutput() {
    let tape = GradientTape()
    let (x, y) = (tape.variable(.random([2, 3], seed: 1)), tape.variable(.random([2, 3], seed: 2)))
    let unused = y.activated(by: .gelu).scaled(by: 3)
    tape.backward(from: x.contracted(with: .random([2, 3], seed: 3)))
    #expect(x.gradient != nil)
    #expect(y.gradient == nil)
    #expect(unused.gradient == nil)
  }

  @Test("a variable that is used several times gets the sum")
  func reuse() {
    let tape = GradientTape()
    let x = tape.variable(.random([2, 3], seed: 1))
    let cotangent = Tensor.random([2, 3], seed: 2)
    tape.backward(from: (x + x.scaled(by: 2) + x).contracted(with: cotangent))
    // 1 + 2 + 1, products and sums of powers of two being exact but for 2 + 1 + 1 of the same number.
    let distance = x.gradient?.distance(to: cotangent.scaled(by: 4)) ?? .infinity
    #expect(distance <= 8 * 0x1p-23)
  }

  @Test("a scalar is its own result, with gradient 1")
  func scalar() {
    let tape = GradientTape()
    let x = tape.variable(Tensor([3], shape: []))
    tape.backward(from: x)
    #expect(x.gradient?.values == [1])
    #expect(x.gradient?.shape == [])
  }

  @Test("a result that is a constant gives no gradients")
  func constantResult() {
    let tape = GradientTape()
    let x = tape.variable(.random([2], seed: 1))
    tape.backward(from: Variable(Tensor([1], shape: [])))
    #expect(x.gradient == nil)
  }

  @Test("gradients have the shapes of their variables, through any reshaping")
  func shapes() {
    let tape = GradientTape()
    let x = tape.variable(.random([2, 3, 4], seed: 1))
    tape.backward(from: x.reshaped([6, 4]).reshaped([24]).contracted(with: .random([24], seed: 2)))
    #expect(x.gradient?.shape == [2, 3, 4])
  }

  @Test("what operations keep is released by the backward pass, the tape itself still there")
  func releasedByBackward() {
    let tape = GradientTape()
    let x = tape.variable(.random([2, 3], seed: 1))
    weak var intermediate: GradientNode?
    do {
      let y = x.activated(by: .gelu)
      intermediate = y.node
      let result = y.scaled(by: 2).contracted(with: .random([2, 3], seed: 2))
      #expect(intermediate != nil)
      tape.backward(from: result)
    }
    #expect(intermediate == nil)
    #expect(x.gradient != nil)
  }

  @Test("a tape that is never traced back is released with all that it recorded")
  func releasedWithoutBackward() {
    weak var tape: GradientTape?
    weak var intermediate: GradientNode?
    do {
      let local = GradientTape()
      let y = local.variable(.random([2, 3], seed: 1)).activated(by: .gelu)
      (tape, intermediate) = (local, y.scaled(by: 2).node)
      withExtendedLifetime((local, y)) {}
    }
    #expect(tape == nil)
    #expect(intermediate == nil)
  }

  @Test("dropout leaves out its share, scales the rest, and draws the same masks from the same seed")
  func dropout() throws {
    let first = try #require(Dropout(probability: 0.25, seed: 7).mask([10_000]))
    let again = try #require(Dropout(probability: 0.25, seed: 7).mask([10_000]))
    let other = try #require(Dropout(probability: 0.25, seed: 8).mask([10_000]))
    #expect(first.values == again.values)
    #expect(first.values != other.values)
    #expect(Set(first.values) == [0, 1 / 0.75])
    // The deviation of 10,000 draws is 43: five of them.
    #expect(abs(first.values.filter { $0 == 0 }.count - 2500) < 217)
  }

  @Test("a dropout draws on: its second mask is another")
  func dropoutDrawsOn() throws {
    let dropout = Dropout(probability: 0.5, seed: 7)
    #expect(try #require(dropout.mask([100])).values != #require(dropout.mask([100])).values)
  }

  @Test("dropout of probability 0 is no operation")
  func noDropout() {
    #expect(Dropout(probability: 0, seed: 1).mask([3]) == nil)
    let x = GradientTape().variable(.random([2], seed: 1))
    #expect(Dropout.none(x).node === x.node)
  }
}
