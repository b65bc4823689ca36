#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The result of one row of the batch.
package struct GeneratedSequence: Sendable, Equatable {
  /// The new tokens in order, at least one; the last one is a stop token where one was reached.
  package let tokens: [Int]

  /// The tokens of the text: without the stop token, and up to the last one that lies wholly before a stop string.
  package let textTokens: [Int]

  /// The text as UTF-8 bytes, cut before a stop string even within a token; `nil` where generation did not get the
  /// bytes of tokens. The last character may be incomplete, as the model left it.
  package let textBytes: [UInt8]?

  /// Natural logarithms of the probabilities that the model itself gave to `tokens`: the softmax of its plain logits,
  /// before penalties and bans, temperature, top-k and top-p.
  package let tokenLogProbabilities: [Double]

  package let finishReason: FinishReason

  /// Beam search: the sum of log-probabilities (after penalties and bans), divided by `length ^ lengthPenalty`, which
  /// ranks hypotheses. `nil` for the other strategies.
  package let score: Double?

  /// Beam search: the other hypotheses of the row, best first; `returnSequences - 1` of them, or fewer where fewer exist.
  package internal(set) var alternatives: [GeneratedSequence] = []

  /// The sum of `tokenLogProbabilities`: the log-probability of the row.
  package var logProbability: Double { tokenLogProbabilities.reduce(0, +) }

  /// `logProbability` per token, the stop token counted.
  package var meanLogProbability: Double { logProbability / Double(tokens.count) }

  /// `exp(meanLogProbability)`: the geometric mean of the tokens' probabilities, between 0 and 1.
  package var confidence: Double { exp(meanLogProbability) }
}
