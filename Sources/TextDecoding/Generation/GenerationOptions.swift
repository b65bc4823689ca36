/// How a decoder generates text. Names, defaults and effects are those of Hugging Face transformers'
/// `GenerationConfig`, so that a setting found elsewhere gives the same text here.
package struct GenerationOptions: Sendable, Equatable {
  package var strategy: DecodingStrategy

  /// Makes tokens that the row already holds (start tokens too) less likely if above 1, and likelier if below: a
  /// positive score is divided by it, a negative one multiplied (Keskar et al. 2019, "CTRL"). 1 does nothing.
  package var repetitionPenalty: Double

  /// No run of this many tokens comes twice in a row, start tokens counted. 0 allows all.
  package var noRepeatNGramSize: Int

  /// Stop tokens are forbidden until a row has this many new tokens. It does not affect stop strings.
  package var minimumNewTokens: Int

  /// A row ends when it has this many new tokens, the stop token counted.
  package var maximumNewTokens: Int

  /// Tokens that end a row. They belong to its tokens, not to its text.
  package var stopTokens: [Int]

  /// Strings that end a row when they appear in its new text, which is cut before them. They may span tokens.
  package var stopStrings: [String]

  package init(
    strategy: DecodingStrategy = .greedy,
    repetitionPenalty: Double = 1,
    noRepeatNGramSize: Int = 0,
    minimumNewTokens: Int = 0,
    maximumNewTokens: Int = 32,
    stopTokens: [Int] = [],
    stopStrings: [String] = []
  ) {
    self.strategy = strategy
    self.repetitionPenalty = repetitionPenalty
    self.noRepeatNGramSize = noRepeatNGramSize
    self.minimumNewTokens = minimumNewTokens
    self.maximumNewTokens = maximumNewTokens
    self.stopTokens = stopTokens
    self.stopStrings = stopStrings
  }
}
