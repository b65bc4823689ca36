package import ModelFiles

/// All that a tokeniser is made of, as plain data, whatever file it comes from.
package struct TokenizerVocabulary: Sendable {
  /// The largest size of a vocabulary, above any in use. It keeps a small file with one huge id from taking unbounded
  /// memory.
  static let maximumCount = 1 << 22

  /// How words become tokens.
  package enum Kind: Sendable, Equatable {
    /// Byte-pair encoding by a list of merges, over bytes or over characters.
    case byteLevelBPE, characterBPE
    /// SentencePiece's byte-pair encoding, by the scores of tokens.
    case scoredBPE
    case unigram
  }

  package var kind = Kind.byteLevelBPE
  /// The spelling of each token; empty where an id is not used.
  package var tokens: ByteStrings
  /// Added tokens, special or not.
  package var addedTokens: [AddedToken] = []
  /// The ids of tokens that text does not become by merging or by scores.
  package var idsOutsideOfMerging: Set<Int> = []
  package var beginningOfSequence: Int?
  package var endOfSequence: Int?
  package var normalizer = TextNormalizer()
  package var preTokenizer: PreTokenizer
  package var spelling = TokenSpelling.byteLevel
  /// The left and right spelling of each merge in turn, the merges in order of preference. They are not read until text
  /// is encoded: to write a caption, ids are only decoded.
  package var merges: @Sendable () -> Result<ByteStrings, ModelFileError>
  /// The score of each token, where the kind uses scores; they are not read until text is encoded either.
  package var scores: @Sendable () -> Result<[Double], ModelFileError> = { .success([]) }
  /// Whether sums of scores are rounded to 32 bits, as in SentencePiece; this decides between equally good
  /// segmentations.
  package var sumsInSinglePrecision = false
  /// Whether characters without a token become the tokens of their bytes, `<0x00>` to `<0xFF>`.
  package var fallsBackToBytes = false
  /// The token of bytes that have no token; where it is `nil`, they are left out.
  package var unknownToken: Int?
  /// Whether neighbouring bytes without a token become one unknown token, not one each.
  package var fusesUnknown = false
  /// Whether a word that is a token is taken as such, even if merging would not make it.
  package var ignoresMergesForWholeWords = false
  /// The source of the vocabulary, for messages.
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
