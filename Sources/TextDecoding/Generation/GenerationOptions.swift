/// How text is drawn from a decoder. Names, defaults and effects are those of Hugging Face transformers'
/// `GenerationConfig`, so that a setting found elsewhere gives the same text here.
public struct GenerationOptions: Sendable, Equatable {
  public var strategy: DecodingStrategy

  /// Makes tokens that stand in the row already (start tokens too) less likely where above 1, likelier where below: a
  /// positive score is divided by it, a negative one multiplied (Keskar et al. 2019, "CTRL"). 1 does nothing.
  public var repetitionPenalty: Double

  /// No run of this many tokens comes twice in a row, start tokens counted. 0 allows all.
  public var noRepeatNGramSize: Int

  /// Stop tokens are forbidden until a row has this many new tokens. Stop strings are not held off by it.
  public var minimumNewTokens: Int

  /// A row ends when it has this many new tokens, the stop token counted.
  public var maximumNewTokens: Int

  /// Tokens that end a row. They belong to its tokens, not to its text.
  public var stopTokens: [Int]

  /// Strings that end a row where they appear in its new text, which is cut before them. They may span tokens.
  public var stopStrings: [String]

  public init(
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
