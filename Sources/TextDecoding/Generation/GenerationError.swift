/// Why generation could not start or go on.
package enum GenerationError: Error, Equatable, CustomStringConvertible {
  /// An option outside of the allowed range.
  case invalidOption(name: String, value: String, allowed: String)
  /// Stop strings were asked for, but the bytes of tokens were not given.
  case stopStringsNeedTokenBytes
  /// The number of lists of start tokens, or of seeds, differs from the number of rows.
  case rowCountMismatch(what: String, count: Int, rows: Int)
  /// A row without start tokens: nothing says what comes first.
  case noStartToken(row: Int)
  /// A start or stop token that the decoder does not have.
  case tokenOutsideVocabulary(what: String, token: Int, vocabularySize: Int)
  /// The decoder returned logits of another shape than it promised.
  case logitsShape(found: [Int], expected: [Int])
  /// The decoder's logits hold NaN or +infinity, or only -infinity. Rows count from 0, steps from 1.
  case logitsNotFinite(row: Int, step: Int)
  /// The options forbid every token before the first one could be chosen.
  case everyTokenMasked(row: Int)

  package var description: String {
    switch self {
    case .invalidOption(let name, let value, let allowed):
      "generation option \(name) is \(value): give \(allowed)"
    case .stopStringsNeedTokenBytes:
      "generation option stopStrings needs the bytes of each token: pass tokenBytes, or use stopTokens instead"
    case .rowCountMismatch(let what, let count, let rows):
      "generation got \(count) \(what) for a batch of \(rows) rows: give one for each row"
    case .noStartToken(let row):
      "generation got no start token for row \(row): give every row of a batch one or more"
    case .tokenOutsideVocabulary(let what, let token, let vocabularySize):
      "\(what) \(token) is not in the decoder's vocabulary of \(vocabularySize): "
        + "check that tokeniser and decoder belong together"
    case .logitsShape(let found, let expected):
      "the decoder returned logits of shape \(found) where \(expected) was expected: this is a fault of the decoder"
    case .logitsNotFinite(let row, let step):
      "the decoder's logits for new token \(step) of row \(row) are not finite: "
        + "its weights or the prefix it started from hold broken numbers"
    case .everyTokenMasked(let row):
      "no token is left for row \(row) to begin with: loosen noRepeatNGramSize or minimumNewTokens"
    }
  }
}
