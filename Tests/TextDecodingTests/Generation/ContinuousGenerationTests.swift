import Foundation
import TestSupport
import Testing
import TextDecoding

@Suite("Continuous generation")
struct ContinuousGenerationTests {
  /// Grows rows that join three steps apart, each with start tokens of its own number.
  private func grow(
    _ rows: [(startTokens: [Int], seed: UInt64)], options: GenerationOptions, log: FunctionStepper.Log = .init()
  ) throws -> [Int: GeneratedSequence] {
    let model = try TableModel()
    var generation = try ContinuousGeneration(model.stepper(rowCount: 0, log: log), options: options)
    var finished: [Int: GeneratedSequence] = [:]
    func step() throws {
      for row in try generation.step() { finished[row.id] = try row.result.get() }
    }
    for (id, row) in rows.enumerated() {
      try generation.add(id: id, startTokens: row.startTokens, seed: row.seed) { $0.append() }
      for _ in 0..<3 { try step() }
    }
    while generation.rowCount > 0 { try step() }
    return finished
  }

  @Test("Rows that join at any time, with start tokens of any number, become what each becomes alone")
  func equalToSingleRows() throws {
    let starts = [[3], [5, 7, 11], [2, 2], [40, 1, 9, 30, 8], [17]]
    let strategies: [DecodingStrategy] = [
      .greedy, .sample(temperature: 1.3, topK: 20, topP: 0.9, seed: 5), .beam(width: 4, lengthPenalty: 0.7),
    ]
    for strategy in strategies {
      let options = GenerationOptions(
        strategy: strategy, repetitionPenalty: 1.2, noRepeatNGramSize: 3, maximumNewTokens: 14, stopTokens: [1, 6])
      let rows = starts.enumerated().map { (startTokens: $1, seed: UInt64($0)) }
      let together = try grow(rows, options: options)
      for (id, row) in rows.enumerated() {
        let alone = try generate(
          from: TableModel().stepper(rowCount: 1), startTokens: [row.startTokens], options: options,
          rowSeeds: [row.seed])
        #expect(together[id] == alone[0], "row \(id), \(strategy)")
      }
    }
  }

  @Test("A row that ends leaves the batch at once, and an empty batch takes rows again")
  func placesAreFreed() throws {
    let log = FunctionStepper.Log()
    let model = try TableModel()
    var generation = try ContinuousGeneration(
      model.stepper(rowCount: 0, log: log), options: GenerationOptions(maximumNewTokens: 2))
    #expect(try generation.step().isEmpty)
    try generation.add(id: 7, startTokens: [4]) { $0.append() }
    #expect(try generation.step().isEmpty)
    try generation.add(id: 8, startTokens: [5]) { $0.append() }
    #expect(try generation.step().map(\.id) == [7])
    #expect(generation.rowCount == 1)
    #expect(try generation.step().map(\.id) == [8])
    #expect(generation.rowCount == 0)
    try generation.add(id: 9, startTokens: [6]) { $0.append() }
    _ = try generation.step()
    #expect(log.rowCounts == [1, 2, 1, 1])
  }

  @Test("Broken logits end their own row, with its name, and no other", arguments: [1, 3])
  func brokenRow(width: Int) throws {
    let model = try TableModel()
    let stepper = FunctionStepper(rowCount: 0, vocabularySize: TableModel.vocabularySize) { tokens in
      tokens.first == 13 && tokens.count > 2
        ? Array(repeating: .nan, count: TableModel.vocabularySize) : model.logits(after: tokens)
    }
    let options = GenerationOptions(strategy: .beam(width: width), maximumNewTokens: 6)
    var generation = try ContinuousGeneration(stepper, options: options)
    var results: [Int: Result<GeneratedSequence, GenerationError>] = [:]
    for (id, start) in [(3, 3), (4, 13), (5, 5)] {
      try generation.add(id: id, startTokens: [start]) { $0.append() }
    }
    while generation.rowCount > 0 {
      for row in try generation.step() { results[row.id] = row.result }
    }
    #expect(throws: GenerationError.logitsNotFinite(row: 4, step: 3)) { try results[4]?.get() }
    for (id, start) in [(3, 3), (5, 5)] {
      let alone = try generate(from: model.stepper(rowCount: 1), startTokens: [[start]], options: options)
      #expect(try results[id]?.get() == alone[0])
    }
  }

  @Test("A row whose start cannot be added leaves the batch as it was")
  func refusedRow() throws {
    struct Refused: Error {}
    var generation = try ContinuousGeneration(
      TableModel().stepper(rowCount: 0), options: GenerationOptions(maximumNewTokens: 1))
    #expect(throws: Refused.self) { try generation.add(id: 0, startTokens: [1]) { _ in throw Refused() } }
    #expect(throws: GenerationError.self) { try generation.add(id: 0, startTokens: []) { $0.append() } }
    #expect(throws: GenerationError.self) { try generation.add(id: 0, startTokens: [4800]) { $0.append() } }
    #expect(generation.rowCount == 0)
    try generation.add(id: 1, startTokens: [1]) { $0.append() }
    #expect(try generation.step().map(\.id) == [1])
  }
}
