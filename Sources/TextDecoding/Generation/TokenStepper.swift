package import Tensors

/// A batch of sequences that grow together: all that generation needs from a decoder.
package protocol TokenStepper {
  /// The number of rows at present.
  var rowCount: Int { get }

  /// The number of tokens that a row of logits scores.
  var vocabularySize: Int { get }

  /// Whether a row needs no start token, since what comes first is known.
  func canBeginByItself(row: Int) -> Bool

  /// Feeds each row its next tokens.
  ///
  /// - Parameter tokens: `rowCount` lists: the start tokens where a row is fed for the first time, one token after that.
  ///   Lists differ in length where rows begin with different texts or joined at different times.
  /// - Returns: the logits after the last token fed, `[rowCount, vocabularySize]`. A logit may be -infinity (a token that
  ///   cannot come), but neither NaN nor +infinity.
  mutating func step(_ tokens: [[Int]]) throws -> Tensor

  /// Makes the former row `rows[i]` the new row `i`: finished rows are dropped, beams repeated and reordered.
  ///
  /// - Parameter rows: indices below `rowCount`, in any order, any of them repeated or left out. Their number is the
  ///   new count, which may be 0.
  mutating func select(rows: [Int])
}

extension TokenStepper {
  package func canBeginByItself(row: Int) -> Bool { false }
}
