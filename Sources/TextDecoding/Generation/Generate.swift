/// Generates the texts of a batch of rows, each until it ends by itself.
///
/// A row that has ended is dropped from the batch, so that the others run faster. The text of a row depends on its own
/// logits, start tokens and seed alone, never on its neighbours or its index.
///
/// - Parameters:
///   - stepper: the decoder, its rows at the point where generation is to begin. It is consumed; pass the only copy to
///     avoid copying its cache.
///   - startTokens: one list per row, each of its own length, at least one token unless the row can begin by itself.
///   - options: checked before anything else.
///   - rowSeeds: for sampling, one number per row, which distinguishes rows that share `seed`; by default the row's
///     index. Give them where a row is to be sampled alike in any batch.
///   - tokenBytes: the UTF-8 bytes that a token stands for. Stop strings and `textBytes` need it.
///   - onToken: is notified of the tokens of the text (`textTokens`) as soon as they are certain; with beam search, of
///     all tokens of a row when it ends. May throw to end generation.
/// - Returns: the result of each row, in the order of `startTokens`.
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
