/// A token of a row's text, handed out while generation goes on.
package struct GeneratedToken: Sendable, Equatable {
  /// Which row of the batch, counted as its start tokens were.
  package let row: Int
  package let token: Int
  /// As in `GeneratedSequence.tokenLogProbabilities`.
  package let logProbability: Double
}
