#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What became of one row of the batch.
public struct GeneratedSequence: Sendable, Equatable {
  /// The new tokens in order, never none; the last one is a stop token where one was reached.
  public let tokens: [Int]

  /// The tokens of the text: without the stop token, and up to the last one that lies wholly before a stop string.
  public let textTokens: [Int]

  /// The text as UTF-8 bytes, cut before a stop string even within a token; `nil` where generation was not told the bytes
  /// of tokens. The last character may be incomplete, as the model left it.
  public let textBytes: [UInt8]?

  /// Natural logarithms of the probabilities that the model itself gave to `tokens`: the softmax of its plain logits,
  /// before penalties and bans, temperature, top-k and top-p.
  public let tokenLogProbabilities: [Double]

  public let finishReason: FinishReason

  /// Beam search: the log-probabilities summed (after penalties and bans), divided by `length ^ lengthPenalty`; what
  /// hypotheses are ranked by. `nil` for the other strategies.
  public let score: Double?

  /// Beam search: the other hypotheses of the row, best first; `returnSequences - 1` of them, or fewer where fewer exist.
  public internal(set) var alternatives: [GeneratedSequence] = []

  /// `tokenLogProbabilities` added up: the log-probability of the row.
  public var logProbability: Double { tokenLogProbabilities.reduce(0, +) }

  /// `logProbability` for each token, the stop token counted.
  public var meanLogProbability: Double { logProbability / Double(tokens.count) }

  /// `exp(meanLogProbability)`: the geometric mean of the tokens' probabilities, between 0 and 1.
  public var confidence: Double { exp(meanLogProbability) }
}
