/// A token of a row's text, reported while generation goes on.
package struct GeneratedToken: Sendable, Equatable {
  /// The row of the batch, in the order of the start tokens.
  package let row: Int
  package let token: Int
  /// As in `GeneratedSequence.tokenLogProbabilities`.
  package let logProbability: Double
}
