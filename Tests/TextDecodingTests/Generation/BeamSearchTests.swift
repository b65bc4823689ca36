import Foundation
import Tensors
import Testing
import TextDecoding

@Suite("Beam search")
struct BeamSearchTests {
  /// Log-probabilities of `vocabularySize` tokens after any history, from its own small generator.
  private static func logits(seed: UInt64, vocabularySize: Int) -> ([Int]) -> [Float] {
    { tokens in
      var generator = Xoshiro256PlusPlus(
        seed: seed, stream: tokens.reduce(1) { $0 &* 31 &+ UInt64($1) })
      return (0..<vocabularySize).map { _ in Float(generator.nextUnitInterval() * 4) }
    }
  }

  /// Every sequence up to `length` tokens that ends with the stop token or at that length, with its log-probability.
  private func everySequence(
    _ logits: ([Int]) -> [Float], start: Int, stop: Int, length: Int
  ) -> [(tokens: [Int], logProbability: Double)] {
    var finished: [(tokens: [Int], logProbability: Double)] = []
    func grow(_ tokens: [Int], _ sum: Double) {
      let scores = logits([start] + tokens).map(Double.init)
      let normaliser = log(scores.reduce(0) { $0 + exp($1) })
      for token in scores.indices {
        let next = (tokens + [token], sum + scores[token] - normaliser)
        if token == stop || next.0.count == length { finished.append(next) } else { grow(next.0, next.1) }
      }
    }
    grow([], 0)
    return finished
  }

  @Test("Wide enough to hold every sequence, it finds the best ones of all", arguments: 0..<8, [0, 1, 2.0])
  func exhaustive(seed: UInt64, lengthPenalty: Double) throws {
    // Three tokens that go on, four steps: at most 3⁴ + 27 continuations are alive together.
    let logits = Self.logits(seed: seed, vocabularySize: 4)
    let best = everySequence(logits, start: 0, stop: 3, length: 4)
      .map { (tokens: $0.tokens, score: $0.logProbability / pow(Double($0.tokens.count), lengthPenalty)) }
      .sorted { $0.score > $1.score }
    let options = GenerationOptions(
      strategy: .beam(width: 128, lengthPenalty: lengthPenalty, earlyStopping: .never, returnSequences: 10),
      maximumNewTokens: 4, stopTokens: [3])
    let made = try generate(
      from: FunctionStepper(rowCount: 1, vocabularySize: 4, logits: logits), startTokens: [[0]], options: options)[0]
    let hypotheses = [made] + made.alternatives
    #expect(hypotheses.map(\.tokens) == best.prefix(10).map(\.tokens))
    for (found, expected) in zip(hypotheses, best) {
      #expect(abs((found.score ?? 0) - expected.score) < 1e-6)
    }
  }

  @Test("A wider beam finds what greedy decoding misses")
  func gardenPath() throws {
    // Token 1 looks best, but leads to an even choice; token 2 leads to a certain end.
    let stepper = FunctionStepper(rowCount: 1, vocabularySize: 4) { tokens in
      switch tokens[tokens.count - 1] {
      case 0: [-9, 1, 0.9, -9]
      case 2: [-9, -9, -9, 9]
      default: [0, 0, 0, 0]
      }
    }
    func run(_ strategy: DecodingStrategy) throws -> [Int] {
      let options = GenerationOptions(strategy: strategy, maximumNewTokens: 2, stopTokens: [3])
      return try generate(from: stepper, startTokens: [[0]], options: options)[0].tokens
    }
    #expect(try run(.greedy)[0] == 1)
    #expect(try run(.beam(width: 2)) == [2, 3])
  }

  @Test("Rows that end give their beams' places back")
  func placesAreFreed() throws {
    let log = FunctionStepper.Log()
    // A row ends soon after token 8, others go on to the limit.
    let stepper = FunctionStepper(rowCount: 2, vocabularySize: 10, log: log) { tokens in
      (0..<10).map { $0 == 9 ? (tokens[0] == 8 ? 9 : -9) : Float($0) * 0.1 }
    }
    let options = GenerationOptions(
      strategy: .beam(width: 2, earlyStopping: .whenComplete), maximumNewTokens: 5, stopTokens: [9])
    let made = try generate(from: stepper, startTokens: [[8], [1]], options: options)
    #expect(made.map(\.finishReason) == [.stopToken, .length])
    // The prompt once, then two beams a row until the first row has two sequences.
    #expect(log.rowCounts == [2, 4, 2, 2, 2])
  }

  @Test("No more hypotheses are returned than exist, best first")
  func alternatives() throws {
    let logits = Self.logits(seed: 1, vocabularySize: 2)
    let options = GenerationOptions(strategy: .beam(width: 6, returnSequences: 6), maximumNewTokens: 1)
    let made = try generate(
      from: FunctionStepper(rowCount: 1, vocabularySize: 2, logits: logits), startTokens: [[0]], options: options)[0]
    #expect(made.alternatives.count == 1)
    #expect((made.score ?? -9) > (made.alternatives[0].score ?? 9))
  }
}
