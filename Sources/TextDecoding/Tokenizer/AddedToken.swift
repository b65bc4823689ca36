/// A token that is searched for in the text by its spelling, before the rest is split into words.
package struct AddedToken: Sendable, Equatable {
  /// A longer spelling than any in use; longer ones are refused, since finding them could take forever.
  static let longestSpelling = 1024

  package var id: Int
  package var spelling: [UInt8]
  /// Whether it controls the model and is not part of the text.
  package var isSpecial: Bool
  /// Whether it is found only where the characters before and after it are not part of a word.
  package var isSingleWord = false
  /// Whether it includes the white space before it.
  package var stripsLeft = false
  /// Whether it includes the white space after it.
  package var stripsRight = false
  /// Whether it is searched for in the normalised text that is left between the other added tokens.
  package var isNormalized = false

  package init(id: Int, spelling: [UInt8], isSpecial: Bool) {
    self.id = id
    self.spelling = spelling
    self.isSpecial = isSpecial
  }
}
