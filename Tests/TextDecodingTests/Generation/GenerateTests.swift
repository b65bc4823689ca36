import Foundation
import TestSupport
import Testing
import TextDecoding

@Suite("Generation against transformers")
struct GenerationParityTests {
  struct Searches: Decodable {
    let startTokens: [[Int]]
    let cases: [Case]
  }

  struct Case: Decodable, CustomTestStringConvertible {
    let options: GenerationOptions
    let rows: [[Hypothesis]]
    var testDescription: String { "\(options)" }
  }

  struct Hypothesis: Decodable {
    let tokens: [Int]
    let logProbabilities: [Double]
    let score: Double?
  }

  static func searches() throws -> Searches {
    try JSONDecoder().decode(Searches.self, from: Fixture.data("generation/searches.json"))
  }

  @Test("Every strategy, penalty and limit gives transformers' tokens, scores and log-probabilities")
  func everyCase() throws {
    let searches = try Self.searches()
    let model = try TableModel()
    #expect(searches.cases.count > 100)
    for example in searches.cases {
      let made = try generate(
        from: model.stepper(rowCount: searches.startTokens.count), startTokens: searches.startTokens,
        options: example.options)
      #expect(made.count == example.rows.count)
      for (sequence, expected) in zip(made, example.rows) {
        let hypotheses = [sequence] + sequence.alternatives
        #expect(hypotheses.map(\.tokens) == expected.map(\.tokens), "\(example.options)")
        for (hypothesis, reference) in zip(hypotheses, expected) {
          try check(hypothesis, against: reference, options: example.options)
        }
      }
    }
  }

  private func check(_ sequence: GeneratedSequence, against reference: Hypothesis, options: GenerationOptions) throws {
    try #require(sequence.tokenLogProbabilities.count == reference.logProbabilities.count)
    for (found, expected) in zip(sequence.tokenLogProbabilities, reference.logProbabilities) {
      // The fixture has six digits after the point, single precision adds less than one more unit of the sixth.
      #expect(abs(found - expected) < 2e-6)
    }
    if let expected = reference.score {
      // transformers adds up in single precision: 30 roundings of sums below 128 at the most, then scaled by length.
      let score = try #require(sequence.score)
      #expect(abs(score - expected) < 2e-6 + 1e-6 * abs(expected), "\(options)")
    }
    let last = try #require(sequence.tokens.last)
    let stopped = options.stopTokens.contains(last)
    #expect(sequence.finishReason == (stopped ? .stopToken : .length))
    #expect(sequence.textTokens == Array(stopped ? sequence.tokens.dropLast() : sequence.tokens[...]))
    if !stopped { #expect(sequence.tokens.count == options.maximumNewTokens) }
  }

  @Test("A row comes out the same alone as among others", arguments: [0, 1, 2, 3])
  func rowsAreIndependent(row: Int) throws {
    let searches = try Self.searches()
    let model = try TableModel()
    let strategies: [DecodingStrategy] = [
      .greedy, .beam(width: 4, returnSequences: 4), .sample(seed: 3), .sample(temperature: 2, topK: 9, topP: 0.9),
    ]
    for strategy in strategies {
      let options = GenerationOptions(strategy: strategy, repetitionPenalty: 1.2, stopTokens: [3])
      let together = try generate(
        from: model.stepper(rowCount: 4), startTokens: searches.startTokens, options: options)
      let alone = try generate(
        from: model.stepper(rowCount: 1), startTokens: [searches.startTokens[row]], options: options,
        rowSeeds: [UInt64(row)])
      #expect(alone == [together[row]])
    }
  }
}

@Suite("Rows of a batch")
struct GenerateTests {
  /// Counts up from the start token to 9; token 9 is the stop token.
  private func counter(rowCount: Int, log: FunctionStepper.Log = .init()) -> FunctionStepper {
    FunctionStepper(rowCount: rowCount, vocabularySize: 10, log: log) { tokens in
      (0..<10).map { $0 == min(tokens[tokens.count - 1] + 1, 9) ? 8 : 0 }
    }
  }

  @Test("Rows that end are dropped from the batch, results keep the order")
  func finishedRowsAreDropped() throws {
    let log = FunctionStepper.Log()
    let made = try generate(
      from: counter(rowCount: 3, log: log), startTokens: [[5], [8], [7]], options: .init(stopTokens: [9]))
    #expect(made.map(\.tokens) == [[6, 7, 8, 9], [9], [8, 9]])
    #expect(log.rowCounts == [3, 2, 1, 1])
  }

  @Test("A stop token that comes first makes an empty text of one token")
  func stopTokenFirst() throws {
    let made = try generate(from: counter(rowCount: 1), startTokens: [[8]], options: .init(stopTokens: [9]))[0]
    #expect(made.tokens == [9])
    #expect(made.textTokens == [])
    #expect(made.finishReason == .stopToken)
  }

  @Test("Confidence is the geometric mean of the model's probabilities, before penalties")
  func confidence() throws {
    let options = GenerationOptions(repetitionPenalty: 1.5, stopTokens: [9])
    let made = try generate(from: counter(rowCount: 1), startTokens: [[5]], options: options)[0]
    let probability = exp(8.0) / (exp(8.0) + 9)
    #expect(made.tokens.count == 4)
    #expect(abs(made.confidence - probability) < 1e-6)
    #expect(abs(made.logProbability - 4 * log(probability)) < 1e-6)
    #expect(abs(made.meanLogProbability - log(probability)) < 1e-6)
  }

  @Test(
    "A vocabulary of one token is generated until the limit",
    arguments: [
      DecodingStrategy.greedy, .beam(width: 3), .sample(), .sample(topK: 5, topP: 0.5),
    ])
  func vocabularyOfOne(strategy: DecodingStrategy) throws {
    let stepper = FunctionStepper(rowCount: 1, vocabularySize: 1) { _ in [2] }
    let options = GenerationOptions(strategy: strategy, maximumNewTokens: 3)
    let made = try generate(from: stepper, startTokens: [[0]], options: options)[0]
    #expect(made.tokens == [0, 0, 0])
    #expect(made.finishReason == .length)
    #expect(made.confidence == 1)
  }

  @Test("An empty batch gives nothing and asks the decoder nothing")
  func emptyBatch() throws {
    let log = FunctionStepper.Log()
    #expect(try generate(from: counter(rowCount: 0, log: log), startTokens: []) == [])
    #expect(log.rowCounts == [])
  }

  @Test(
    "The tokens told while generating are those of the text",
    arguments: [
      DecodingStrategy.greedy, .beam(width: 3), .sample(temperature: 3, seed: 5),
    ])
  func streaming(strategy: DecodingStrategy) throws {
    var told: [[GeneratedToken]] = [[], [], []]
    let made = try generate(
      from: counter(rowCount: 3), startTokens: [[5], [8], [7]],
      options: .init(strategy: strategy, maximumNewTokens: 6, stopTokens: [9]),
      onToken: { told[$0.row].append($0) })
    for (tokens, sequence) in zip(told, made) {
      #expect(tokens.map(\.token) == sequence.textTokens)
      #expect(tokens.map(\.logProbability) == Array(sequence.tokenLogProbabilities.prefix(tokens.count)))
    }
  }

  @Test("An error thrown by the listener ends generation at once")
  func listenerThrows() {
    struct Enough: Error {}
    let log = FunctionStepper.Log()
    #expect(throws: Enough.self) {
      try generate(
        from: counter(rowCount: 1, log: log), startTokens: [[0]], onToken: { if $0.token == 3 { throw Enough() } })
    }
    #expect(log.rowCounts.count == 3)
  }
}
