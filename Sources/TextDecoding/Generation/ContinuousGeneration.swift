/// Generation in a batch that rows join at any time: the next row takes the place of one that has ended at once
/// ("continuous batching": Yu et al. 2022, "Orca").
///
/// As with `generate`, the text of a row depends on its own logits, start tokens and seed alone.
package struct ContinuousGeneration<Stepper: TokenStepper> {
  private var stepper: Stepper
  private var decoding: any RowDecoding

  /// - Parameters:
  ///   - stepper: has no rows yet.
  ///   - tokenBytes: the UTF-8 bytes that a token stands for. Stop strings need it.
  /// - Throws: `GenerationError` where the options cannot work.
  package init(
    _ stepper: consuming Stepper, options: GenerationOptions, tokenBytes: ((Int) -> [UInt8])? = nil
  ) throws {
    precondition(stepper.rowCount == 0, "\(stepper.rowCount) rows of which nothing is known")
    decoding = try options.decoding(vocabularySize: stepper.vocabularySize, tokenBytes: tokenBytes)
    self.stepper = stepper
  }

  /// The number of unfinished rows; with beam search, each counts once.
  package var rowCount: Int { decoding.rowCount }

  /// Adds a row.
  ///
  /// - Parameters:
  ///   - id: the row's id in results.
  ///   - startTokens: the row's first tokens, at least one.
  ///   - seed: for sampling, distinguishes rows that share the options' seed.
  ///   - append: gives the stepper one more row, or throws and leaves it as it is.
  /// - Throws: `GenerationError`, and what `append` throws; no row is added then.
  package mutating func add(
    id: Int, startTokens: [Int], seed: UInt64 = 0, append: (inout Stepper) throws -> Void
  ) throws {
    try GenerationError.check(startTokens, what: "start token", vocabularySize: stepper.vocabularySize)
    try append(&stepper)
    let row = stepper.rowCount - 1
    if startTokens.isEmpty, !stepper.canBeginByItself(row: row) {
      stepper.select(rows: Array(0..<row))
      throw GenerationError.noStartToken(row: id)
    }
    decoding.add(id: id, startTokens: startTokens, seed: seed)
  }

  /// Gives every row one more token.
  ///
  /// - Returns: the rows that ended with this step.
  /// - Throws: what the stepper throws. An error of one row is that row's result.
  package mutating func step() throws -> [FinishedRow] {
    if decoding.rowCount == 0 { return [] }
    return try decoding.step(&stepper, onToken: nil)
  }
}
