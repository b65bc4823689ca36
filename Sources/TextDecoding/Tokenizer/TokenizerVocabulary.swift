package import ModelFiles

/// All that a tokeniser is made of, as plain data, whatever file it comes from.
package struct TokenizerVocabulary: Sendable {
  /// More than any vocabulary in use has. Keeps a small file with one huge id from taking memory without bound.
  static let maximumCount = 1 << 22

  /// How words become tokens.
  package enum Kind: Sendable, Equatable {
    /// Byte-pair encoding by a list of merges, over bytes or over characters.
    case byteLevelBPE, characterBPE
    /// SentencePiece's byte-pair encoding: by the scores of tokens.
    case scoredBPE
    case unigram
  }

  package var kind = Kind.byteLevelBPE
  /// The spelling of each token; empty where an id is not used.
  package var tokens: ByteStrings
  /// Added tokens, special or not.
  package var addedTokens: [AddedToken] = []
  /// Tokens that are not made of text by merging or by scores; their ids.
  package var idsOutsideOfMerging: Set<Int> = []
  package var beginningOfSequence: Int?
  package var endOfSequence: Int?
  package var normalizer = TextNormalizer()
  package var preTokenizer: PreTokenizer
  package var spelling = TokenSpelling.byteLevel
  /// Left and right spelling of each merge in turn, the merges in order of preference. Not asked for until text is
  /// encoded: to write a caption, ids are only decoded.
  package var merges: @Sendable () -> Result<ByteStrings, ModelFileError>
  /// The score of each token, where the kind goes by them; not asked for until text is encoded either.
  package var scores: @Sendable () -> Result<[Double], ModelFileError> = { .success([]) }
  /// Whether sums of scores are rounded to 32 bits, as SentencePiece has them: it decides between equally good ways.
  package var sumsInSinglePrecision = false
  /// Whether characters without a token become the tokens of their bytes, `<0x00>` to `<0xFF>`.
  package var fallsBackToBytes = false
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
