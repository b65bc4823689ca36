/// Why a row ended.
package enum FinishReason: String, Sendable, Codable, CaseIterable {
  /// The model gave one of `stopTokens`.
  case stopToken
  /// One of `stopStrings` appeared.
  case stopString
  /// `maximumNewTokens` were reached.
  case length
  /// `noRepeatNGramSize` and the model together left no token that could follow.
  case noTokenLeft
}
