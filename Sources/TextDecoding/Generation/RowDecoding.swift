/// A way to let rows grow together. Rows join at any time and leave when they end.
protocol RowDecoding {
  /// How many rows are alive; each may hold several of the stepper's.
  var rowCount: Int { get }

  /// Adds a row behind the others, as the stepper has got one more.
  ///
  /// - Parameters:
  ///   - id: what errors and results call the row.
  ///   - startTokens: at least one.
  ///   - seed: for sampling.
  mutating func add(id: Int, startTokens: [Int], seed: UInt64)

  /// Feeds every row once.
  ///
  /// - Returns: the rows that ended, which the stepper has lost by then.
  /// - Throws: what `stepper` and `onToken` throw. An error of one row ends that row only.
  mutating func step<Stepper: TokenStepper>(
    _ stepper: inout Stepper, onToken: ((GeneratedToken) throws -> Void)?
  ) throws -> [FinishedRow]
}

/// What became of a row.
package struct FinishedRow: Sendable {
  /// As it was given when the row joined.
  package let id: Int
  package let result: Result<GeneratedSequence, GenerationError>
}

extension GenerationOptions {
  /// - Throws: `GenerationError` where the options cannot work.
  func decoding(vocabularySize: Int, tokenBytes: ((Int) -> [UInt8])?) throws(GenerationError) -> any RowDecoding {
    try validate()
    if !stopStrings.isEmpty, tokenBytes == nil { throw .stopStringsNeedTokenBytes }
    try GenerationError.check(stopTokens, what: "stop token", vocabularySize: vocabularySize)
    let conditions = StopConditions(self, tokenBytes: tokenBytes)
    switch strategy {
    case .beam(let width, let lengthPenalty, let earlyStopping, let returnSequences) where width > 1:
      return BeamSearch(
        BeamSearch.Settings(
          width: width, lengthPenalty: lengthPenalty, earlyStopping: earlyStopping, returnSequences: returnSequences,
          processors: logitsProcessors, conditions: conditions))
    case .greedy, .beam, .sample:
      return SequentialDecoding(strategy: strategy, processors: logitsProcessors, conditions: conditions)
    }
  }
}

extension GenerationError {
  static func check(_ tokens: some Sequence<Int>, what: String, vocabularySize: Int) throws(GenerationError) {
    for token in tokens where !(0..<vocabularySize).contains(token) {
      throw .tokenOutsideVocabulary(what: what, token: token, vocabularySize: vocabularySize)
    }
  }
}
