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

/// Which of the possible continuations is taken.
public enum DecodingStrategy: Sendable, Equatable {
  /// The likeliest token at every step, the lowest of equal ones.
  case greedy

  /// The `width` likeliest sequences are followed side by side.
  ///
  /// A finished sequence's score is its summed log-probability divided by `length ^ lengthPenalty`, the stop token
  /// counted: above 0 favours long sequences, below 0 short ones, 0 leaves the plain sum. `returnSequences` of them are
  /// handed back. A width of 1 is greedy decoding.
  case beam(width: Int, lengthPenalty: Double = 1, earlyStopping: EarlyStopping = .heuristic, returnSequences: Int = 1)

  /// A token is drawn by chance: scores are divided by `temperature`, then all but the `topK` highest are dropped, then
  /// all but the smallest set of the highest whose probabilities sum to `topP`. Without a `topK` or `topP` none are.
  case sample(temperature: Double = 1, topK: Int? = nil, topP: Double? = nil, seed: UInt64 = 0)

  /// When beam search ends, once `width` sequences have finished.
  public enum EarlyStopping: String, Sendable, Equatable, Codable, CaseIterable {
    /// At once (`early_stopping=True`).
    case whenComplete
    /// When the best unfinished sequence, at its present length, scores no better than the worst finished one
    /// (`early_stopping=False`).
    case heuristic
    /// When no unfinished sequence can overtake the worst finished one whatever its length
    /// (`early_stopping="never"`).
    case never
  }
}
