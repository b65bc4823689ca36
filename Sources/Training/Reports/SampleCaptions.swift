/// The captions of the sample photos after a step: one line of `samples.jsonl`.
package struct SampleCaptions: StepRecord, Equatable {
  package struct Caption: Codable, Sendable, Equatable {
    /// The photo's name, as in `SamplePhoto`.
    package var photo: String
    package var caption: String

    package init(photo: String, caption: String) {
      self.photo = photo
      self.caption = caption
    }
  }

  /// The score of one of several datasets.
  package struct Score: Codable, Sendable, Equatable {
    package var name: String
    package var cider: Double

    package init(name: String, cider: Double) {
      self.name = name
      self.cider = cider
    }
  }

  package static let fileName = "samples.jsonl"

  /// The number of optimiser steps done.
  package var step: Int
  /// The CIDEr of the whole validation split.
  package var cider: Double?
  /// The CIDEr of each of several datasets; `nil` where there is only one.
  package var datasets: [Score]?
  package var captions: [Caption]

  package var kind: String { "samples" }

  package init(step: Int, cider: Double? = nil, datasets: [Score]? = nil, captions: [Caption]) {
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
