/// Makes tokens that the row already holds less likely (Keskar et al. 2019, "CTRL", section 4.1; with transformers'
/// correction for negative scores).
struct RepetitionPenalty: LogitsProcessor {
  let penalty: Float

  func process(_ scores: inout EditableScores, history: TokenHistory) {
    for token in history.distinct {
      let score = scores[token]
      scores[token] = score < 0 ? score * penalty : score / penalty
    }
  }
}
