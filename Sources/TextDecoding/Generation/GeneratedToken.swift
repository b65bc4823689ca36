/// A token of a row's text, handed out while generation goes on.
public struct GeneratedToken: Sendable, Equatable {
  /// Which row of the batch, counted as its start tokens were.
  public let row: Int
  public let token: Int
  /// As in `GeneratedSequence.tokenLogProbabilities`.
  public let logProbability: Double
}
