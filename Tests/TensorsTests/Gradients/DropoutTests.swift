import Tensors
import Testing

@Suite("Dropout")
struct DropoutTests {
  private let ones = Variable(Tensor(Array(repeating: 1, count: 4 * 250 * 3), shape: [4, 250, 3]))

  @Test("whole tokens become 0, about as many as asked for, and the others stay as they are")
  func tokens() {
    let values = Dropout(probability: 0, tokenProbability: 0.2, seed: 7).dropTokens(ones).value.values
    let tokens = (0..<1000).map { Array(values[3 * $0..<3 * $0 + 3]) }
    #expect(tokens.allSatisfy { $0 == [0, 0, 0] || $0 == [1, 1, 1] })
    // Of 1,000 with probability 0.2: five standard deviations are 63.
    #expect(abs(tokens.count { $0[0] == 0 } - 200) < 63)
  }

  @Test("tokens alone, or numbers alone, are dropped where only one of both is asked for")
  func separate() {
    let tokens = Dropout(probability: 0, tokenProbability: 0.5, seed: 7)
    #expect(tokens(ones).value.values.allSatisfy { $0 == 1 })
    let numbers = Dropout(probability: 0.5, seed: 7)
    #expect(numbers.dropTokens(ones).value.values.allSatisfy { $0 == 1 })
    #expect(Set(numbers(ones).value.values) == [0, 2])
  }

  @Test("the same seed drops the same tokens, another seed others")
  func seeds() {
    func values(_ seed: UInt64) -> [Float] {
      Dropout(probability: 0.1, tokenProbability: 0.3, seed: seed).dropTokens(ones).value.values
    }
    #expect(values(1) == values(1))
    #expect(values(1) != values(2))
  }

  @Test("no gradient comes back to a token that was dropped")
  func gradient() throws {
    let tape = GradientTape()
    let x = tape.variable(Tensor(Array(repeating: 2, count: 60), shape: [2, 10, 3]))
    let dropped = Dropout(probability: 0, tokenProbability: 0.4, seed: 3).dropTokens(x)
    let weights = Linear(weight: Tensor(Array(repeating: 1, count: 60), shape: [1, 60]).stored)
    tape.backward(from: weights(dropped.reshaped([1, 60])).reshaped([]))
    let gradient = try #require(x.node?.gradient)
    #expect(gradient.values == dropped.value.values.map { $0 / 2 })
    #expect(Set(gradient.values) == [0, 1])
  }
}
