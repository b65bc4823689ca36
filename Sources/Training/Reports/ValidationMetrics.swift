/// How good the mapper was on the validation split after a step.
public struct ValidationMetrics: Codable, Sendable, Equatable {
  /// Optimiser steps done.
  public var step: Int
  /// Mean cross-entropy of a target token, in nats, without dropout and label smoothing.
  public var loss: Double
  /// Scores of generated captions; `nil` where none were generated.
  public var cider: Double?
  public var bleu4: Double?
  public var rougeL: Double?
  /// Better than every validation before.
  public var isBest: Bool
  /// Time spent in the run, that before a resumption included.
  public var elapsedSeconds: Double

  public init(
    step: Int, loss: Double, cider: Double? = nil, bleu4: Double? = nil, rougeL: Double? = nil, isBest: Bool,
    elapsedSeconds: Double
  ) {
    self.step = step
    self.loss = loss
    self.cider = cider
    self.bleu4 = bleu4
    self.rougeL = rougeL
    self.isBest = isBest
    self.elapsedSeconds = elapsedSeconds
  }

  enum CodingKeys: String, CodingKey {
    case step, loss, cider
    case bleu4 = "bleu_4"
    case rougeL = "rouge_l"
    case isBest = "is_best"
    case elapsedSeconds = "elapsed_seconds"
  }
}
