/// Forbids the stop tokens until a row has `minimum` new tokens.
struct MinimumNewTokens: LogitsProcessor {
  let minimum: Int
  let stopTokens: [Int]

  func process(_ scores: inout EditableScores, history: TokenHistory) {
    guard history.newCount < minimum else { return }
    for token in stopTokens { scores[token] = -.infinity }
  }
}
