/// A way to generate several rows together. Rows join at any time and leave when they end.
protocol RowDecoding {
  /// The number of unfinished rows; each may hold several rows of the stepper.
  var rowCount: Int { get }

  /// Adds a row after the others, once the stepper has one more.
  ///
  /// - Parameters:
  ///   - id: the row's id in errors and results.
  ///   - startTokens: the row's first tokens, at least one.
  ///   - seed: the row's seed, for sampling.
  mutating func add(id: Int, startTokens: [Int], seed: UInt64)

  /// Feeds every row once.
  ///
  /// - Returns: the rows that ended, which the stepper no longer has.
  /// - Throws: what `stepper` and `onToken` throw. An error of one row ends that row only.
  mutating func step<Stepper: TokenStepper>(
    _ stepper: inout Stepper, onToken: ((GeneratedToken) throws -> Void)?
  ) throws -> [FinishedRow]
}

/// The result of a row.
package struct FinishedRow: Sendable {
  /// The id that was given when the row joined.
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
