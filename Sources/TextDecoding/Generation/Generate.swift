/// Lets a batch of rows grow, each until it ends by itself.
///
/// A row that has ended is dropped from the batch, so that the others go on faster. What a row becomes depends on its own
/// logits, start tokens and seed alone, never on its neighbours or its place.
///
/// - Parameters:
///   - stepper: the decoder, its rows standing where generation shall begin. It is used up; hand over the only copy to
///     spare it a copy of its cache.
///   - startTokens: one list a row, each of its own length, at least one token unless the row can begin by itself.
///   - options: checked before anything else.
///   - rowSeeds: for sampling, tells rows apart that share `seed`: one number a row. Without them it is the row's index;
///     give them where a row shall be drawn alike in whatever batch it comes.
///   - tokenBytes: the UTF-8 bytes that a token stands for. Stop strings need it, `textBytes` are there only with it.
///   - onToken: is told the tokens of the text (`textTokens`) as soon as they are certain: by and by, and with beam search
///     all of a row when it ends. May throw to end generation.
/// - Returns: what became of each row, in the order of `startTokens`.
/// - Throws: `GenerationError`, and what `stepper` and `onToken` throw.
package func generate<Stepper: TokenStepper>(
  from stepper: consuming Stepper,
  startTokens: [[Int]],
  options: GenerationOptions = GenerationOptions(),
  rowSeeds: [UInt64]? = nil,
  tokenBytes: ((Int) -> [UInt8])? = nil,
  onToken: ((GeneratedToken) throws -> Void)? = nil
) throws -> [GeneratedSequence] {
  let rowCount = stepper.rowCount
  let vocabularySize = stepper.vocabularySize
  var decoding = try options.decoding(vocabularySize: vocabularySize, tokenBytes: tokenBytes)
  try checkRows(startTokens: startTokens, rowSeeds: rowSeeds, rowCount: rowCount) { stepper.canBeginByItself(row: $0) }
  try GenerationError.check(startTokens.joined(), what: "start token", vocabularySize: vocabularySize)
  for row in 0..<rowCount {
    decoding.add(id: row, startTokens: startTokens[row], seed: rowSeeds?[row] ?? UInt64(row))
  }
  var sequences = [GeneratedSequence?](repeating: nil, count: rowCount)
  while decoding.rowCount > 0 {
    for row in try decoding.step(&stepper, onToken: onToken) { sequences[row.id] = try row.result.get() }
  }
  return sequences.compactMap { $0 }
}

private func checkRows(
  startTokens: [[Int]], rowSeeds: [UInt64]?, rowCount: Int, canBegin: (_ row: Int) -> Bool
) throws {
  guard startTokens.count == rowCount else {
    throw GenerationError.rowCountMismatch(what: "lists of start tokens", count: startTokens.count, rows: rowCount)
  }
  if let rowSeeds, rowSeeds.count != rowCount {
    throw GenerationError.rowCountMismatch(what: "row seeds", count: rowSeeds.count, rows: rowCount)
  }
  for (row, tokens) in startTokens.enumerated() where tokens.isEmpty && !canBegin(row) {
    throw GenerationError.noStartToken(row: row)
  }
}
