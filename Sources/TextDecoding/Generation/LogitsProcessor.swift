/// Changes the scores of single tokens, given the tokens that the row already holds.
protocol LogitsProcessor: Sendable {
  func process(_ scores: inout EditableScores, history: TokenHistory)
}

extension GenerationOptions {
  /// The processors that the options ask for, in transformers' order.
  var logitsProcessors: [any LogitsProcessor] {
    var processors: [any LogitsProcessor] = []
    if repetitionPenalty != 1 { processors.append(RepetitionPenalty(penalty: Float(repetitionPenalty))) }
    if noRepeatNGramSize > 0 { processors.append(NoRepeatNGram(size: noRepeatNGramSize)) }
    if minimumNewTokens > 0, !stopTokens.isEmpty {
      processors.append(MinimumNewTokens(minimum: minimumNewTokens, stopTokens: stopTokens))
    }
    return processors
  }
}
