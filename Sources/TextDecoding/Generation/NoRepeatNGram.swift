/// Forbids every token that would complete a run of `size` tokens that the row already holds.
struct NoRepeatNGram: LogitsProcessor {
  let size: Int

  func process(_ scores: inout EditableScores, history: TokenHistory) {
    let tokens = history.tokens
    guard tokens.count >= size else { return }
    let beginning = tokens.suffix(size - 1)
    for start in 0...(tokens.count - size) where tokens[start..<(start + size - 1)].elementsEqual(beginning) {
      scores[tokens[start + size - 1]] = -.infinity
    }
  }
}
