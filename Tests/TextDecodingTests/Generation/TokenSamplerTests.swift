import Foundation
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Sampling")
struct TokenSamplerTests {
  struct Case: Decodable {
    let row: Int
    let temperature: Double
    let topK: Int?
    let topP: Double?
    /// Those kept; nothing where all are, and only the first log-probabilities are given.
    let tokens: [Int]?
    let logProbabilities: [Double]
  }

  static let columns = 160

  @Test("Temperature, top-k and top-p leave the tokens and probabilities that transformers' warpers leave")
  func warpers() throws {
    let logits = try floats("generation/warper-logits.f32")
    let cases = try JSONDecoder().decode([Case].self, from: Fixture.data("generation/warpers.json"))
    #expect(cases.count == 180)
    for example in cases {
      let sampler = TokenSampler(temperature: example.temperature, topK: example.topK, topP: example.topP)
      let row = Array(logits[example.row * Self.columns..<(example.row + 1) * Self.columns])
      let kept = try row.withUnsafeBufferPointer { scores in
        sampler.candidates(scores, maximum: try #require(scores.max())).sorted { $0.token < $1.token }
      }
      let total = kept.reduce(0) { $0 + $1.weight }
      #expect(kept.map(\.token) == example.tokens ?? Array(0..<Self.columns), "\(example)")
      for (candidate, expected) in zip(kept, example.logProbabilities) {
        // Five digits after the point in the fixture.
        #expect(abs(log(candidate.weight / total) - expected) < 6e-6, "\(example)")
      }
    }
  }

  @Test(
    "Drawn frequencies follow the probabilities",
    arguments: [
      TokenSampler(temperature: 1, topK: nil, topP: nil), TokenSampler(temperature: 1.7, topK: nil, topP: nil),
      TokenSampler(temperature: 1, topK: 5, topP: nil), TokenSampler(temperature: 0.8, topK: 8, topP: 0.9),
      TokenSampler(temperature: 1.3, topK: nil, topP: 0.8),
    ])
  func frequencies(sampler: TokenSampler) throws {
    // Twelve tokens on both sides of the blocks' border, the rest impossible.
    var row = [Float](repeating: -.infinity, count: 1200)
    for place in 0..<12 { row[505 + place] = Float((place * 7) % 12) * 0.3 }
    let draws = 20_000
    try row.withUnsafeBufferPointer { scores in
      let kept = sampler.candidates(scores, maximum: try #require(scores.max()))
      let total = kept.reduce(0) { $0 + $1.weight }
      var counts: [Int: Int] = [:]
      var generator = Xoshiro256PlusPlus(seed: 42)
      for _ in 0..<draws { counts[try #require(sampler.draw(scores, using: &generator)), default: 0] += 1 }
      #expect(Set(counts.keys).isSubset(of: Set(kept.map(\.token))))
      let chiSquare = kept.reduce(0.0) { sum, candidate in
        let expected = Double(draws) * candidate.weight / total
        let difference = Double(counts[candidate.token, default: 0]) - expected
        return sum + difference * difference / expected
      }
      // With at most 11 degrees of freedom, chance goes past 31.3 once in a thousand seeds; this seed is fixed.
      #expect(chiSquare < 31.3)
    }
  }

  @Test("A seed gives the same text again, another seed another text")
  func seeds() throws {
    let model = try TableModel()
    func run(seed: UInt64, rowSeeds: [UInt64]? = nil) throws -> [[Int]] {
      let options = GenerationOptions(strategy: .sample(temperature: 2, seed: seed), maximumNewTokens: 20)
      return try generate(
        from: model.stepper(rowCount: 2), startTokens: [[5, 9], [5, 9]], options: options, rowSeeds: rowSeeds
      ).map(\.tokens)
    }
    let first = try run(seed: 1)
    #expect(try run(seed: 1) == first)
    #expect(try run(seed: 2) != first)
    #expect(first[0] != first[1])
    #expect(try run(seed: 1, rowSeeds: [1, 0]) == [first[1], first[0]])
  }

  @Test("A nearly frozen temperature is greedy, and log-probabilities stay the model's own")
  func lowTemperature() throws {
    let model = try TableModel()
    let greedy = try generate(from: model.stepper(rowCount: 1), startTokens: [[12, 30]])
    let sampled = try generate(
      from: model.stepper(rowCount: 1), startTokens: [[12, 30]], options: .init(strategy: .sample(temperature: 0.001)))
    #expect(sampled == greedy)
  }

  @Test("Equal scores at the edge of top-k all stay, as in transformers")
  func ties() {
    let kept = [Float]([1, 3, 2, 2, 2]).withUnsafeBufferPointer {
      TokenSampler(temperature: 1, topK: 2, topP: nil).candidates($0, maximum: 3).map(\.token)
    }
    #expect(kept == [1, 2, 3, 4])
  }
}
