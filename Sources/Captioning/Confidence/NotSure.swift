/// Why a captioner says "not sure" in place of a caption. The raw values are for programs, and stable.
package enum NotSure: String, Sendable, Codable, CaseIterable {
  /// The image is far from photos: a blank page, a screenshot, a chart, noise.
  case notAPhoto = "not_a_photo"
  /// The caption's confidence is below the requested minimum.
  case lowConfidence = "low_confidence"

  /// The sentence in place of the caption, for people.
  package var sentence: String {
    switch self {
    case .notAPhoto: "not sure: this does not look like a photo"
    case .lowConfidence: "not sure: the caption's confidence is too low"
    }
  }
}

/// When a captioner says "not sure".
package struct CertaintyPolicy: Sendable, Equatable {
  /// It does so below this confidence; 0 accepts every caption.
  package var minimumConfidence: Double
  /// Whether every image gets its caption, whatever it is.
  package var always: Bool

  package init(minimumConfidence: Double = 0, always: Bool = false) {
    self.minimumConfidence = minimumConfidence
    self.always = always
  }
}

/// How far a caption can be trusted.
package struct CaptionJudgement: Sendable, Equatable {
  /// The probability that the caption is right, where the captioner has a confidence model; otherwise `exp` of
  /// `logProbability`.
  package var confidence: Double
  /// The mean natural logarithm of the probabilities of the caption's tokens, the stop token included.
  package var logProbability: Double
  /// Why there is to be no caption; `nil` where there is one.
  package var reason: NotSure?

  package init(confidence: Double, logProbability: Double, reason: NotSure? = nil) {
    self.confidence = confidence
    self.logProbability = logProbability
    self.reason = reason
  }
}
