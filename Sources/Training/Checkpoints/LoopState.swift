/// The progress of a run, apart from tensors. The next data and all random numbers follow from the step.
package struct LoopState: Sendable, Codable, Equatable {
  /// The number of optimiser steps done.
  package var step = 0
  /// The number of training captions seen.
  package var captions = 0
  /// The time spent, including that before resumptions.
  package var elapsedSeconds = 0.0
  /// Whether the mapper of this step is still to be validated.
  package var isValidationDue = false
  /// The step with the best mapper, and its score: CIDEr, or the negated loss where nothing is scored.
  package var bestStep: Int?
  package var bestScore: Double?
  /// Its validation loss, which decides between equal scores.
  package var bestLoss: Double?
  package var validationsSinceBest = 0

  package init() {}
}
