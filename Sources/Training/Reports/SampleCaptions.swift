/// What the mapper said of the sample photos after a step: one line of `samples.jsonl`.
public struct SampleCaptions: StepRecord, Equatable {
  public struct Caption: Codable, Sendable, Equatable {
    /// The photo's name, as in `SamplePhoto`.
    public var photo: String
    public var caption: String

    public init(photo: String, caption: String) {
      self.photo = photo
      self.caption = caption
    }
  }

  public static let fileName = "samples.jsonl"

  /// Optimiser steps done.
  public var step: Int
  /// That of the whole validation split.
  public var cider: Double?
  public var captions: [Caption]

  public var kind: String { "samples" }

  public init(step: Int, cider: Double? = nil, captions: [Caption]) {
    self.step = step
    self.cider = cider
    self.captions = captions
  }
}
