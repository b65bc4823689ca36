import CaptionMetrics

/// How good the mapper was on the validation split after a step; with several datasets, the means.
package struct ValidationMetrics: Codable, Sendable, Equatable {
  /// The measurements on one of several datasets.
  package struct Dataset: Codable, Sendable, Equatable {
    package var name: String
    package var loss: Double
    package var cider: Double?
    package var bleu4: Double?
    package var rougeL: Double?

    package init(name: String, loss: Double, cider: Double? = nil, bleu4: Double? = nil, rougeL: Double? = nil) {
      self.name = name
      self.loss = loss
      self.cider = cider
      self.bleu4 = bleu4
      self.rougeL = rougeL
    }

    init(name: String, loss: Double, _ scores: CaptionScores?) {
      self.init(name: name, loss: loss, cider: scores?.cider, bleu4: scores?.bleu.last, rougeL: scores?.rougeL)
    }

    enum CodingKeys: String, CodingKey {
      case name, loss, cider
      case bleu4 = "bleu_4"
      case rougeL = "rouge_l"
    }
  }

  /// The number of optimiser steps done.
  package var step: Int
  /// Mean cross-entropy of a target token, in nats, without dropout and label smoothing.
  package var loss: Double
  /// Scores of generated captions; `nil` where none were generated.
  package var cider: Double?
  package var bleu4: Double?
  package var rougeL: Double?
  /// Whether it is better than every earlier validation.
  package var isBest: Bool
  /// The time spent in the run, including that before a resumption.
  package var elapsedSeconds: Double
  /// The measurements on each of several datasets; `nil` where there is only one.
  package var datasets: [Dataset]?

  package init(
    step: Int, loss: Double, cider: Double? = nil, bleu4: Double? = nil, rougeL: Double? = nil, isBest: Bool,
    elapsedSeconds: Double, datasets: [Dataset]? = nil
  ) {
    self.step = step
    self.loss = loss
    self.cider = cider
    self.bleu4 = bleu4
    self.rougeL = rougeL
    self.isBest = isBest
    self.elapsedSeconds = elapsedSeconds
    self.datasets = datasets
  }

  /// The means over one or more datasets, with `isBest` false.
  init(step: Int, datasets: [Dataset], elapsedSeconds: Double) {
    func mean(_ value: (Dataset) -> Double?) -> Double? {
      let values = datasets.compactMap(value)
      return values.count == datasets.count ? values.reduce(0, +) / Double(values.count) : nil
    }
    self.init(
      step: step, loss: mean(\.loss) ?? .nan, cider: mean(\.cider), bleu4: mean(\.bleu4), rougeL: mean(\.rougeL),
      isBest: false, elapsedSeconds: elapsedSeconds, datasets: datasets.count > 1 ? datasets : nil)
  }

  enum CodingKeys: String, CodingKey {
    case step, loss, cider, datasets
    case bleu4 = "bleu_4"
    case rougeL = "rouge_l"
    case isBest = "is_best"
    case elapsedSeconds = "elapsed_seconds"
  }
}
