import TextDecoding

/// A part of the loss that a step minimises: some captions, the smoothing of their targets, and the divisor of their
/// part.
package struct LossTerm: Sendable {
  package let batch: TrainingBatch
  package let labelSmoothing: Double
  /// The divisor of the sum over all targets of the batch; `nil` is their number.
  package let divisor: Double?

  package init(_ batch: TrainingBatch, labelSmoothing: Double, divisor: Double?) {
    self.batch = batch
    self.labelSmoothing = labelSmoothing
    self.divisor = divisor
  }

  /// The mean cross-entropy of all targets of some batches, as if they were one.
  ///
  /// - Parameter weight: the weight of this mean in the loss; above 0.
  static func mean(of batches: [TrainingBatch], labelSmoothing: Double, weight: Double = 1) -> [LossTerm] {
    let tokens = batches.reduce(0) { $0 + $1.captions.targets.count }
    return batches.map {
      LossTerm($0, labelSmoothing: labelSmoothing, divisor: Double(max(tokens, 1)) / weight)
    }
  }
}
