import Testing
import TextDecoding

@Suite("What generation refuses")
struct GenerationErrorTests {
  static let strategies: [DecodingStrategy] = [.greedy, .beam(width: 3), .sample(seed: 1)]

  private func stepper(_ logits: [Float], rowCount: Int = 1) -> FunctionStepper {
    FunctionStepper(rowCount: rowCount, vocabularySize: 4) { $0.count < 3 ? [0, 1, 2, 1] : logits }
  }

  @Test(
    "Logits that are not finite", arguments: strategies,
    [
      [0, .nan, 1, 2], [0, 1, .infinity, 2], [Float](repeating: -.infinity, count: 4), [.nan, 1, 2, 3],
      [1, 2, 3, .nan],
    ])
  func brokenLogits(strategy: DecodingStrategy, logits: [Float]) {
    #expect(throws: GenerationError.logitsNotFinite(row: 0, step: 3)) {
      try generate(from: stepper(logits), startTokens: [[0]], options: .init(strategy: strategy))
    }
  }

  @Test("Logits of another shape than promised", arguments: strategies)
  func wrongShape(strategy: DecodingStrategy) {
    #expect(throws: GenerationError.logitsShape(found: [1, 3], expected: [1, 4])) {
      try generate(from: stepper([0, 1, 2]), startTokens: [[0, 1, 2]], options: .init(strategy: strategy))
    }
  }

  @Test("Options that forbid every first token", arguments: strategies)
  func nothingToBeginWith(strategy: DecodingStrategy) {
    let options = GenerationOptions(strategy: strategy, minimumNewTokens: 1, stopTokens: [0, 1, 2, 3])
    #expect(throws: GenerationError.everyTokenMasked(row: 0)) {
      try generate(from: stepper([0, 1, 2, 3]), startTokens: [[0]], options: options)
    }
  }

  @Test("A ban that leaves no token later ends the row, not the batch", arguments: strategies)
  func nothingToGoOnWith(strategy: DecodingStrategy) throws {
    let options = GenerationOptions(strategy: strategy, noRepeatNGramSize: 1)
    let made = try generate(from: stepper([0, 1, 2, 3]), startTokens: [[0]], options: options)[0]
    #expect(made.tokens.sorted() == [1, 2, 3])
    #expect(made.finishReason == .noTokenLeft)
  }

  @Test("Start tokens and seeds that do not fit the batch")
  func rowsThatDoNotFit() {
    func run(_ startTokens: [[Int]], seeds: [UInt64]? = nil, options: GenerationOptions = .init()) throws {
      _ = try generate(
        from: stepper([0, 1, 2, 3], rowCount: 2), startTokens: startTokens, options: options, rowSeeds: seeds)
    }
    #expect(throws: GenerationError.rowCountMismatch(what: "lists of start tokens", count: 1, rows: 2)) {
      try run([[0]])
    }
    #expect(throws: GenerationError.rowCountMismatch(what: "row seeds", count: 3, rows: 2)) {
      try run([[0], [0]], seeds: [1, 2, 3])
    }
    #expect(throws: GenerationError.noStartToken(row: 1)) { try run([[0, 1], []]) }
    #expect(throws: GenerationError.tokenOutsideVocabulary(what: "start token", token: 4, vocabularySize: 4)) {
      try run([[0], [4]])
    }
    #expect(throws: GenerationError.tokenOutsideVocabulary(what: "stop token", token: 9, vocabularySize: 4)) {
      try run([[0], [1]], options: .init(stopTokens: [9]))
    }
    #expect(throws: GenerationError.stopStringsNeedTokenBytes) {
      try run([[0], [1]], options: .init(stopStrings: ["."]))
    }
  }
}
