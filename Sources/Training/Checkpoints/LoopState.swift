/// How far a run is: all that is not tensors. Which data come next and all random numbers follow from the step.
package struct LoopState: Sendable, Codable, Equatable {
  /// Optimiser steps done.
  package var step = 0
  /// Training captions seen.
  package var captions = 0
  /// Time spent, that before resumptions included.
  package var elapsedSeconds = 0.0
  /// Whether the mapper of this step is still to be validated.
  package var isValidationDue = false
  /// The step whose mapper was best, and its score: CIDEr, or the negated loss where nothing is scored.
  package var bestStep: Int?
  package var bestScore: Double?
  /// Its validation loss, which decides between equal scores.
  package var bestLoss: Double?
  package var validationsSinceBest = 0

  package init() {}
}
