/// Lets a batch of rows grow, each until it ends by itself.
///
/// A row that has ended is dropped from the batch, so that the others go on faster. What a row becomes depends on its own
/// logits, start tokens and seed alone, never on its neighbours or its place.
///
/// - Parameters:
///   - stepper: the decoder, its rows standing where generation shall begin. It is used up; hand over the only copy to
///     spare it a copy of its cache.
///   - startTokens: one list a row, all of the same length, at least one token each.
///   - options: checked before anything else.
///   - rowSeeds: for sampling, tells rows apart that share `seed`: one number a row. Without them it is the row's index;
///     give them where a row shall be drawn alike in whatever batch it comes.
///   - tokenBytes: the UTF-8 bytes that a token stands for. Stop strings need it, `textBytes` are there only with it.
///   - onToken: is told the tokens of the text (`textTokens`) as soon as they are certain: by and by, and with beam search
///     all of a row when it ends. May throw to end generation.
/// - Returns: what became of each row, in the order of `startTokens`.
/// - Throws: `GenerationError`, and what `stepper` and `onToken` throw.
public func generate<Stepper: TokenStepper>(
  from stepper: consuming Stepper,
  startTokens: [[Int]],
  options: GenerationOptions = GenerationOptions(),
  rowSeeds: [UInt64]? = nil,
  tokenBytes: ((Int) -> [UInt8])? = nil,
  onToken: ((GeneratedToken) throws -> Void)? = nil
) throws -> [GeneratedSequence] {
  try options.validate()
  if !options.stopStrings.isEmpty, tokenBytes == nil { throw GenerationError.stopStringsNeedTokenBytes }
  let rowCount = stepper.rowCount
  let vocabularySize = stepper.vocabularySize
  try checkRows(startTokens: startTokens, rowSeeds: rowSeeds, rowCount: rowCount)
  try checkTokens(startTokens.joined(), what: "start token", vocabularySize: vocabularySize)
  try checkTokens(options.stopTokens, what: "stop token", vocabularySize: vocabularySize)
  guard rowCount > 0 else { return [] }

  let conditions = StopConditions(options, tokenBytes: tokenBytes)
  switch options.strategy {
  case .beam(let width, let lengthPenalty, let earlyStopping, let returnSequences) where width > 1:
    let search = BeamSearch(
      width: width, lengthPenalty: lengthPenalty, earlyStopping: earlyStopping, returnSequences: returnSequences,
      processors: options.logitsProcessors, conditions: conditions)
    return try search.run(stepper, startTokens: startTokens, onToken: onToken)
  case .greedy, .beam, .sample:
    let decoding = SequentialDecoding(
      strategy: options.strategy, processors: options.logitsProcessors, conditions: conditions)
    let seeds = rowSeeds ?? (0..<UInt64(rowCount)).map { $0 }
    return try decoding.run(stepper, startTokens: startTokens, rowSeeds: seeds, onToken: onToken)
  }
}

private func checkRows(startTokens: [[Int]], rowSeeds: [UInt64]?, rowCount: Int) throws {
  guard startTokens.count == rowCount else {
    throw GenerationError.rowCountMismatch(what: "lists of start tokens", count: startTokens.count, rows: rowCount)
  }
  if let rowSeeds, rowSeeds.count != rowCount {
    throw GenerationError.rowCountMismatch(what: "row seeds", count: rowSeeds.count, rows: rowCount)
  }
  let expected = max(startTokens.first?.count ?? 0, 1)
  for (row, tokens) in startTokens.enumerated() where tokens.count != expected {
    throw GenerationError.startTokenCount(row: row, count: tokens.count, expected: expected)
  }
}

private func checkTokens(_ tokens: some Sequence<Int>, what: String, vocabularySize: Int) throws {
  for token in tokens where !(0..<vocabularySize).contains(token) {
    throw GenerationError.tokenOutsideVocabulary(what: what, token: token, vocabularySize: vocabularySize)
  }
}
