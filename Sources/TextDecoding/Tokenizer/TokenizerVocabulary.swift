package import ModelFiles

/// All that a byte-level BPE tokeniser is made of, as plain data, whatever file it comes from.
package struct TokenizerVocabulary: Sendable {
  /// More than any vocabulary in use has. Keeps a small file with one huge id from taking memory without bound.
  static let maximumCount = 1 << 22

  /// The spelling of each token in the alphabet of `ByteLevelAlphabet`; empty where an id is not used.
  package var tokens: ByteStrings
  /// Added tokens, special or not.
  package var addedTokens: [AddedToken] = []
  /// Added tokens that merging cannot make; their ids.
  package var idsOutsideOfMerging: Set<Int> = []
  package var beginningOfSequence: Int?
  package var endOfSequence: Int?
  package var preTokenizer: PreTokenizer
  /// Left and right spelling of each merge in turn, the merges in order of preference. Not asked for until text is
  /// encoded: to write a caption, ids are only decoded.
  package var merges: @Sendable () -> Result<ByteStrings, ModelFileError>
  /// Stands for bytes that have no token; where there is none, they are left out.
  package var unknownToken: Int?
  /// Whether neighbouring bytes without a token become one unknown token rather than one each.
  package var fusesUnknown = false
  /// Whether a word that is a token is taken as such, even if merging would not make it.
  package var ignoresMergesForWholeWords = false
  /// Where all this comes from, for messages.
  package var origin: Origin

  package struct Origin: Sendable {
    package var path: String
    package var tokensKey: String
    package var mergesKey: String

    package init(path: String, tokensKey: String, mergesKey: String) {
      self.path = path
      self.tokensKey = tokensKey
      self.mergesKey = mergesKey
    }
  }

  package init(
    tokens: ByteStrings, preTokenizer: PreTokenizer, origin: Origin,
    merges: @escaping @Sendable () -> Result<ByteStrings, ModelFileError>
  ) {
    self.tokens = tokens
    self.preTokenizer = preTokenizer
    self.origin = origin
    self.merges = merges
  }
}
