public import TextDecoding

/// A caption, how sure the decoder is of it, and what it cost.
public struct ImageCaption: Sendable {
  /// The text, trimmed.
  public let text: String
  /// Tokens, their log-probabilities and why generation ended.
  public let sequence: GeneratedSequence
  /// Other beams' captions, best first, where more than one was asked for.
  public let alternatives: [(text: String, sequence: GeneratedSequence)]
  /// In pixels, as a viewer shows the image (after its EXIF orientation).
  public let width: Int
  public let height: Int
  public let timings: StageTimings
  /// How far the caption can be trusted, and whether it is to be said.
  public let judgement: CaptionJudgement

  /// The probability that the caption is right; of a captioner without a confidence model, `exp` of the mean
  /// log-probability of the tokens.
  public var confidence: Double { judgement.confidence }
}

/// Wall time by stage, in milliseconds.
public struct StageTimings: Sendable, Codable, Equatable {
  /// Bytes to pixels.
  public var decode = 0.0
  /// Resizing and normalising.
  public var preprocess = 0.0
  /// Pixels to features.
  public var encode = 0.0
  /// Features to prefix.
  public var map = 0.0
  /// Prefix to words.
  public var generate = 0.0

  public init() {}

  public var total: Double { decode + preprocess + encode + map + generate }

  /// Runs a stage and adds its time.
  mutating func measure<Result>(_ stage: WritableKeyPath<StageTimings, Double>, _ body: () throws -> Result) rethrows
    -> Result
  {
    let start = ContinuousClock.now
    defer {
      let (seconds, attoseconds) = (ContinuousClock.now - start).components
      self[keyPath: stage] += Double(seconds) * 1e3 + Double(attoseconds) * 1e-15
    }
    return try body()
  }
}
