/// Why a row ended.
package enum FinishReason: String, Sendable, Codable, CaseIterable {
  /// The model produced one of `stopTokens`.
  case stopToken
  /// One of `stopStrings` appeared.
  case stopString
  /// `maximumNewTokens` were reached.
  case length
  /// `noRepeatNGramSize` and the model together left no possible next token.
  case noTokenLeft
}
