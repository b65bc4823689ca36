import ImageEncoding
import TextDecoding

/// How captions are generated, and which images get one.
public struct CaptionOptions: Sendable, Hashable {
  /// The number of beams in beam search; the likeliest caption is taken. 1, the default, takes the likeliest word each
  /// time.
  public var beams: Int
  /// The longest caption in tokens, about as many as words; `nil` uses the captioner's own limit.
  public var maximumTokens: Int?
  /// Samples words at random, the more freely the higher it is. 0, the default, does not. Not together with `beams`.
  public var temperature: Double
  /// The seed of sampling: the same seed gives the same caption.
  public var seed: UInt64
  /// Captions of lower confidence are not given.
  public var minimumConfidence: Double
  /// Whether an image that does not look like a photo gets a caption too.
  public var captionsEverything: Bool

  public init(
    beams: Int = 1, maximumTokens: Int? = nil, temperature: Double = 0, seed: UInt64 = 0, minimumConfidence: Double = 0,
    captionsEverything: Bool = false
  ) {
    self.beams = beams
    self.maximumTokens = maximumTokens
    self.temperature = temperature
    self.seed = seed
    self.minimumConfidence = minimumConfidence
    self.captionsEverything = captionsEverything
  }

  var certainty: CertaintyPolicy {
    CertaintyPolicy(minimumConfidence: minimumConfidence, always: captionsEverything)
  }

  /// - Throws: `CaptioningError` of kind `invalidOptions`.
  func generation(for captioner: Captioner) throws(CaptioningError) -> GenerationOptions {
    if beams > 1 && temperature > 0 {
      throw CaptioningError(.invalidOptions, "beams and temperature exclude each other: leave one of them as it is")
    }
    var options = captioner.defaultOptions
    if temperature != 0 {
      options.strategy = .sample(temperature: temperature, topK: nil, topP: nil, seed: seed)
    } else if beams != 1 {
      options.strategy = .beam(width: beams, lengthPenalty: 1)
    }
    if let maximumTokens { options.maximumNewTokens = maximumTokens }
    do {
      try options.validate()
    } catch {
      throw CaptioningError(.invalidOptions, "\(error)")
    }
    return options
  }
}
