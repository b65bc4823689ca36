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

  /// The score of one of several datasets.
  public struct Score: Codable, Sendable, Equatable {
    public var name: String
    public var cider: Double

    public init(name: String, cider: Double) {
      self.name = name
      self.cider = cider
    }
  }

  public static let fileName = "samples.jsonl"

  /// Optimiser steps done.
  public var step: Int
  /// That of the whole validation split.
  public var cider: Double?
  /// That of each of several datasets; `nil` where there is one.
  public var datasets: [Score]?
  public var captions: [Caption]

  public var kind: String { "samples" }

  public init(step: Int, cider: Double? = nil, datasets: [Score]? = nil, captions: [Caption]) {
    self.step = step
    self.cider = cider
    self.datasets = datasets
    self.captions = captions
  }

  init(_ metrics: ValidationMetrics, captions: [Caption]) {
    let scores = metrics.datasets?.compactMap { set in set.cider.map { Score(name: set.name, cider: $0) } }
    self.init(step: metrics.step, cider: metrics.cider, datasets: scores, captions: captions)
  }
}
