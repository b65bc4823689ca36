/// A token that is found in the text as it is spelt, before the rest is split into words.
package struct AddedToken: Sendable, Equatable {
  /// A longer spelling than any in use; longer ones are refused, since finding them could take forever.
  static let longestSpelling = 1024

  package var id: Int
  package var spelling: [UInt8]
  /// Controls the model; not part of the text.
  package var isSpecial: Bool
  /// Found only where the characters before and after it are not part of a word.
  package var isSingleWord = false
  /// Takes the white space before it along.
  package var stripsLeft = false
  /// Takes the white space after it along.
  package var stripsRight = false
  /// Searched for after all those that are not, in what they leave.
  package var isNormalized = false

  package init(id: Int, spelling: [UInt8], isSpecial: Bool) {
    self.id = id
    self.spelling = spelling
    self.isSpecial = isSpecial
  }
}
