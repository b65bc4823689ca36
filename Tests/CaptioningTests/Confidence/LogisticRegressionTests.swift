import Captioning
import Foundation
import TestSupport
import Testing

@Suite("Logistic regression")
struct LogisticRegressionTests {
  @Test("finds the probabilities that outcomes were drawn with")
  func recovers() {
    var generator = SplitMix(seed: 1)
    func probability(_ x: [Double]) -> Double { 1 / (1 + exp(-(0.7 * x[0] - 0.2 * x[1] - 0.5))) }
    let examples = (0..<20_000).map { _ in
      let numbers = [Double.random(in: -3...3, using: &generator), Double.random(in: 50...60, using: &generator) - 50]
      return (numbers: numbers, isTrue: Double.random(in: 0..<1, using: &generator) < probability(numbers))
    }
    let model = LogisticRegression(examples)
    for numbers in [[-2.0, 1], [0, 5], [2, 9], [3, 0]] {
      #expect(abs(model.probability(numbers) - probability(numbers)) < 0.02)
    }
  }

  @Test("stays finite where the outcomes can be told apart wholly, and where a number never changes")
  func separable() {
    let model = LogisticRegression((0..<10).map { (numbers: [Double($0), 7], isTrue: $0 > 4) })
    #expect(model.weights.allSatisfy(\.isFinite))
    #expect(model.probability([0, 7]) < 0.2 && model.probability([9, 7]) > 0.8)
  }
}
