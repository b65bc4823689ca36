package import TextDecoding

/// A caption, how sure the decoder is of it, and what it cost.
package struct ImageCaption: Sendable {
  /// The text, trimmed.
  package let text: String
  /// The tokens, their log-probabilities and the reason why generation ended.
  package let sequence: GeneratedSequence
  /// Other beams' captions, best first, where more than one was asked for.
  package let alternatives: [(text: String, sequence: GeneratedSequence)]
  /// The size in pixels, as a viewer shows the image (after its EXIF orientation).
  package let width: Int
  package let height: Int
  package let timings: StageTimings
  /// How far the caption can be trusted, and whether it is to be given.
  package let judgement: CaptionJudgement

  /// The probability that the caption is right; for a captioner without a confidence model, `exp` of the mean
  /// log-probability of the tokens.
  package var confidence: Double { judgement.confidence }
}

/// Wall time by stage, in milliseconds.
package struct StageTimings: Sendable, Codable, Equatable {
  /// Bytes to pixels.
  package var decode = 0.0
  /// Resizing and normalising.
  package var preprocess = 0.0
  /// Pixels to features.
  package var encode = 0.0
  /// Features to prefix.
  package var map = 0.0
  /// Prefix to words.
  package var generate = 0.0

  package init() {}

  package var total: Double { decode + preprocess + encode + map + generate }

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
