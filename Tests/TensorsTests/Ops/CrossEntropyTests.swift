import Tensors
import TestSupport
import Testing

@Suite("Cross-entropy")
struct CrossEntropyTests {
  private let hidden = Tensor.random([13, 8], seed: 1)
  private let head = Tensor.random([21, 8], seed: 2)
  private let targets = (0..<13).map { $0 * 5 % 21 }

  private func run(
    divisor: Double? = nil, rowsAtOnce: Int = 256, cotangent: Float = 1
  ) throws -> (loss: Float, hidden: Tensor, head: Tensor) {
    let found = gradients(of: [hidden, head], cotangent: Tensor([cotangent], shape: [])) {
      Linear(weight: $0[1].matrix).crossEntropy(
        $0[0], targets: targets, labelSmoothing: 0.1, divisor: divisor, rowsAtOnce: rowsAtOnce)
    }
    return (found.out.values[0], try #require(found.gradients[0]), try #require(found.gradients[1]))
  }

  @Test("slices of rows, whole or not, give what all rows at once give", arguments: [1, 3, 12, 13])
  func slices(rowsAtOnce: Int) throws {
    let whole = try run()
    let sliced = try run(rowsAtOnce: rowsAtOnce)
    // A single row is multiplied by another kernel than several, and the head's gradient summed slice by slice.
    #expect(abs(sliced.loss - whole.loss) < 1e-6 * whole.loss)
    #expect(sliced.hidden.relativeDistance(to: whole.hidden) < 1e-6)
    #expect(sliced.head.relativeDistance(to: whole.head) < 1e-6)
  }

  @Test("the divisor divides loss and gradients instead of the number of rows")
  func divisor() throws {
    let mean = try run()
    let fifty = try run(divisor: 50)
    #expect(abs(fifty.loss - mean.loss * 13 / 50) < 1e-6 * fifty.loss)
    #expect(fifty.hidden.relativeDistance(to: mean.hidden.scaled(by: 13 / 50)) < 1e-6)
    #expect(fifty.head.relativeDistance(to: mean.head.scaled(by: 13 / 50)) < 1e-6)
  }

  @Test("weights multiply each row's loss and gradient, 0 and negative ones too", arguments: [5, 256])
  func weights(rowsAtOnce: Int) throws {
    let weights = (0..<13).map { Float($0 % 5) - 1.5 + ($0 == 4 ? 1.5 : 0) }
    let found = gradients(of: [hidden, head], cotangent: Tensor([1], shape: [])) {
      Linear(weight: $0[1].matrix).crossEntropy(
        $0[0], targets: targets, weights: weights, labelSmoothing: 0.1, divisor: 13, rowsAtOnce: rowsAtOnce)
    }
    var (loss, states, matrix) = (Float(0), Tensor(zeros: [13, 8]), Tensor(zeros: [21, 8]))
    for (row, weight) in weights.enumerated() {
      let alone = gradients(of: [hidden, head], cotangent: Tensor([weight], shape: [])) {
        Linear(weight: $0[1].matrix).crossEntropy(
          $0[0].rows([row]), targets: [targets[row]], labelSmoothing: 0.1, divisor: 13)
      }
      loss += weight * alone.out.values[0]
      states.add(try #require(alone.gradients[0]))
      matrix.add(try #require(alone.gradients[1]))
    }
    #expect(abs(found.out.values[0] - loss) < 1e-5 * abs(loss))
    #expect(try #require(found.gradients[0]).relativeDistance(to: states) < 1e-6)
    #expect(try #require(found.gradients[1]).relativeDistance(to: matrix) < 1e-6)
  }

  @Test("the gradient that arrives at the loss scales both gradients")
  func scaledLoss() throws {
    let plain = try run()
    let scaled = try run(cotangent: -4)
    #expect(scaled.hidden.distance(to: plain.hidden.scaled(by: -4)) == 0)
    #expect(scaled.head.distance(to: plain.head.scaled(by: -4)) == 0)
  }

  @Test("a head of rows of a larger matrix, twice used, adds to its gradient")
  func sharedHead() throws {
    let tape = GradientTape()
    let matrix = tape.variable(head)
    func loss(_ rows: Range<Int>) -> Variable {
      Linear(weight: matrix.matrix.rows(rows)).crossEntropy(Variable(hidden), targets: targets.map { $0 % rows.count })
    }
    tape.backward(from: loss(0..<21) + loss(4..<10))
    let parts = [0..<21, 4..<10].map { rows in
      gradients(of: [head], cotangent: Tensor([1], shape: [])) {
        Linear(weight: $0[0].matrix.rows(rows)).crossEntropy(
          Variable(hidden), targets: targets.map { $0 % rows.count })
      }.gradients[0]
    }
    var sum = try #require(parts[0])
    let part = try #require(parts[1])
    #expect(part.rows(0..<4).largestMagnitude == 0 && part.rows(10..<21).largestMagnitude == 0)
    sum.add(part)
    #expect(matrix.gradient?.relativeDistance(to: sum) ?? .infinity < 1e-7)
  }

  @Test("a frozen head and frozen states give a loss without a gradient")
  func frozen() {
    let loss = Linear(weight: head.stored).crossEntropy(Variable(hidden), targets: targets)
    #expect(loss.node == nil)
    #expect(loss.shape == [])
  }

  @Test("logits that differ by hundreds neither overflow nor give NaN")
  func largeLogits() throws {
    let rows = Tensor([300, 0, -300, -300, 0, 300], shape: [2, 3])
    let identity = Tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], shape: [3, 3])
    let found = gradients(of: [rows], cotangent: Tensor([1], shape: [])) {
      Linear(weight: identity.stored).crossEntropy($0[0], targets: [2, 2])
    }
    // The first row expects what is 600 below the largest, the second the largest.
    #expect(found.out.values == [300])
    // The exponential of what is too small stays at e^-87.3.
    let expected = Tensor([0.5, 0, -0.5, 0, 0, 0], shape: [2, 3])
    #expect(try #require(found.gradients[0]).distance(to: expected) < 2e-38)
  }
}
