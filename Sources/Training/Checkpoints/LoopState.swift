/// How far a run is: all that is not tensors. Which data come next and all random numbers follow from the step.
public struct LoopState: Sendable, Codable, Equatable {
  /// Optimiser steps done.
  public var step = 0
  /// Training captions seen.
  public var captions = 0
  /// Time spent, that before resumptions included.
  public var elapsedSeconds = 0.0
  /// Whether the mapper of this step is still to be validated.
  public var isValidationDue = false
  /// The step whose mapper was best, and its score: CIDEr, or the negated loss where nothing is scored.
  public var bestStep: Int?
  public var bestScore: Double?
  /// Its validation loss, which decides between equal scores.
  public var bestLoss: Double?
  public var validationsSinceBest = 0

  public init() {}
}
