/// How the next token is chosen.
package enum DecodingStrategy: Sendable, Equatable {
  /// The likeliest token at every step; among equals the one of the lowest id.
  case greedy

  /// The `width` likeliest sequences are followed side by side.
  ///
  /// A finished sequence's score is its summed log-probability divided by `length ^ lengthPenalty`, the stop token
  /// counted: above 0 favours long sequences, below 0 short ones, 0 leaves the plain sum. The best `returnSequences`
  /// are returned. A width of 1 is greedy decoding.
  case beam(width: Int, lengthPenalty: Double = 1, earlyStopping: EarlyStopping = .heuristic, returnSequences: Int = 1)

  /// A token is sampled: scores are divided by `temperature`, then all but the `topK` highest are dropped, then all but
  /// the smallest set of the highest whose probabilities sum to `topP`. Without `topK` or `topP` that step is left out.
  case sample(temperature: Double = 1, topK: Int? = nil, topP: Double? = nil, seed: UInt64 = 0)

  /// When beam search ends after `width` sequences have finished.
  package enum EarlyStopping: String, Sendable, Equatable, Codable, CaseIterable {
    /// At once (`early_stopping=True`).
    case whenComplete
    /// When the best unfinished sequence, at its present length, scores no better than the worst finished one
    /// (`early_stopping=False`).
    case heuristic
    /// When no unfinished sequence can overtake the worst finished one whatever its length
    /// (`early_stopping="never"`).
    case never
  }
}
