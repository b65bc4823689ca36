public import Tensors

/// A batch of sequences that grow together: all that generation needs to know of a decoder.
public protocol TokenStepper {
  /// How many rows are alive now.
  var rowCount: Int { get }

  /// How many tokens a row of logits scores.
  var vocabularySize: Int { get }

  /// Feeds each row its next tokens.
  ///
  /// - Parameter tokens: `rowCount` lists of the same length: the start tokens at the first call, one token a row after
  ///   that.
  /// - Returns: the logits after the last token fed, `[rowCount, vocabularySize]`. A logit may be -infinity (a token that
  ///   cannot come), but neither NaN nor +infinity.
  mutating func step(_ tokens: [[Int]]) throws -> Tensor

  /// Makes row `i` what row `rows[i]` was: finished rows are dropped, beams repeated and reordered.
  ///
  /// - Parameter rows: indices below `rowCount`, in any order, any of them repeated or left out; becomes the new count.
  mutating func select(rows: [Int])
}
