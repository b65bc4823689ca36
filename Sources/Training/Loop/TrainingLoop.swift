import CaptionMetrics
import ModelFiles
package import PrefixMapping
import RealModule
import Tensors
import TextDecoding

/// An event that a run reports.
package enum TrainingEvent: Sendable {
  case step(TrainingMetrics)
  /// - Parameters:
  ///   - captions: the generated captions of each validation set, in the order of its examples; empty where there are
  ///     none.
  ///   - parameters: the parameters that were validated.
  case validation(ValidationMetrics, captions: [[String]], parameters: ParameterSet)
  /// Takes the place of a validation where there is no validation data; these parameters are the newest.
  case unvalidated(step: Int, parameters: ParameterSet)
  case checkpoint(path: String)
}

/// How a run ended.
package struct TrainingOutcome: Sendable {
  package let state: LoopState
  /// Whether validations stopped improving before all steps were done.
  package let stoppedEarly: Bool
}

/// Runs steps, validations and checkpoints, from the present state of a run to its end.
///
/// The data and random numbers of a step depend only on the plan and the step's number; so a run that is killed and
/// resumed does the same steps with the same numbers as one that is not.
package struct TrainingLoop: Sendable {
  package let plan: TrainingPlan
  package private(set) var state = LoopState()
  private var trainer: MapperTrainer
  private let examples: [TrainingExample]
  private let features: FeatureVariants
  private let validationSets: [ValidationSet]
  private let selfCritical: SelfCriticalObjective?
  private let checkpoints: CheckpointStore
  private let checkpointInterval: Duration
  private var sampler: BatchSampler
  private var lastCheckpoint: String?

  /// - Parameters:
  ///   - trainer: a fresh one, or one with the parameters that training continues from.
  ///   - examples: the training split, in a fixed order: that of the plan's datasets where there are several.
  ///   - features: the features of all examples.
  ///   - changedFeatures: the features of variants of all examples, as many as the plan's batches have.
  ///   - validationSets: the mean of their scores decides which step was best; without any it is the last.
  ///   - selfCritical: the objective where it is CIDEr; `nil` is likelihood.
  ///   - checkpointInterval: time between checkpoints.
  package init(
    plan: TrainingPlan, trainer: MapperTrainer, examples: [TrainingExample], features: any FeatureSource,
    changedFeatures: [any FeatureSource] = [], validationSets: [ValidationSet],
    selfCritical: SelfCriticalObjective? = nil, checkpoints: CheckpointStore, checkpointInterval: Duration
  ) {
    self.plan = plan
    self.trainer = trainer
    self.examples = examples
    precondition(changedFeatures.count == plan.batches.variants ?? 0, "\(changedFeatures.count) variants")
    self.features = FeatureVariants(original: features, changed: changedFeatures)
    self.validationSets = validationSets
    self.selfCritical = selfCritical
    self.checkpoints = checkpoints
    self.checkpointInterval = checkpointInterval
    sampler = plan.sampler(captionCounts: examples.map(\.captions.count))
  }

  /// Continues from the newest checkpoint.
  ///
  /// - Returns: whether there was one.
  /// - Throws: `TrainingError.otherSettings`, `FileSystemError`.
  package mutating func resume(onDamage: (TrainingError) -> Void = { _ in }) throws -> Bool {
    guard let latest = try checkpoints.latest(like: trainer, plan: plan, onDamage: onDamage) else { return false }
    latest.checkpoint.restore(&trainer)
    state = latest.checkpoint.state
    lastCheckpoint = latest.path
    return true
  }

  /// Trains to the end of the plan.
  ///
  /// - Parameter report: takes each event. An error that it throws ends the run, as cancelling the task does; a
  ///   checkpoint is written first.
  /// - Throws: `CancellationError`; `TrainingError.diverged`; `ModelFileError.cannotWrite` of a checkpoint; errors of
  ///   the decoder, the features and `report`.
  package mutating func run(report: (TrainingEvent) throws -> Void) throws -> TrainingOutcome {
    let start = ContinuousClock.now
    let before = state.elapsedSeconds
    var checkpointDue = start + checkpointInterval
    var stoppedEarly = isOutOfPatience
    do {
      while state.isValidationDue || (state.step < plan.steps && !stoppedEarly) {
        try Task.checkCancellation()
        // A validation that an interruption left undone comes first.
        if !state.isValidationDue {
          let metrics = try step { before + (ContinuousClock.now - start) / .seconds(1) }
          state.isValidationDue = state.step % max(plan.validation.interval, 1) == 0 || state.step == plan.steps
          try report(.step(metrics))
        }
        if state.isValidationDue {
          try validate(elapsed: { before + (ContinuousClock.now - start) / .seconds(1) }, report: report)
          stoppedEarly = isOutOfPatience
        }
        state.elapsedSeconds = before + (ContinuousClock.now - start) / .seconds(1)
        if ContinuousClock.now >= checkpointDue {
          try report(.checkpoint(path: writeCheckpoint()))
          checkpointDue = ContinuousClock.now + checkpointInterval
        }
      }
    } catch let error as TrainingError {
      // A broken state must not overwrite a good checkpoint.
      throw error
    } catch let error as ModelFileError {
      throw error
    } catch {
      _ = try writeCheckpoint()
      throw error
    }
    try report(.checkpoint(path: writeCheckpoint()))
    return TrainingOutcome(state: state, stoppedEarly: stoppedEarly)
  }

  private var isOutOfPatience: Bool {
    plan.validation.patience > 0 && state.validationsSinceBest >= plan.validation.patience
  }

  private mutating func step(elapsed: () -> Double) throws -> TrainingMetrics {
    let stepStart = ContinuousClock.now
    let inputs = try (0..<max(plan.accumulation, 1)).map { try input(state.step * max(plan.accumulation, 1) + $0) }
    let rate = plan.schedule.rate(step: state.step, of: plan.steps)
    let result: (loss: Double, gradientNorm: Double, selfCritical: SelfCriticalMetrics?)
    do {
      result = try learn(inputs, learningRate: rate)
      try checkLoss(result.loss)
    } catch let error as TrainingError {
      throw TrainingError.diverged(step: state.step + 1, reason: "\(error)", checkpoint: lastCheckpoint)
    }
    let captions = inputs.reduce(0) { $0 + $1.batch.captions.captionCount }
    state.step += 1
    state.captions += captions
    let seconds = (ContinuousClock.now - stepStart) / .seconds(1)
    return TrainingMetrics(
      step: state.step, epoch: Double(state.captions) / sampler.captionsPerPass,
      captions: state.captions, loss: result.loss, learningRate: rate, gradientNorm: result.gradientNorm,
      captionsPerSecond: Double(captions) / max(seconds, 1e-9), elapsedSeconds: elapsed(),
      peakMemoryBytes: ProcessMemory.peak, selfCritical: result.selfCritical)
  }

  private mutating func learn(
    _ inputs: [SelfCriticalObjective.Input], learningRate: Double
  ) throws -> (loss: Double, gradientNorm: Double, selfCritical: SelfCriticalMetrics?) {
    let seed = dropoutSeed
    guard let selfCritical else {
      let result = try trainer.step(inputs.map(\.batch), learningRate: learningRate, dropoutSeed: seed)
      return (result.loss, result.gradientNorm, nil)
    }
    let result = try selfCritical.step(inputs, trainer: &trainer, learningRate: learningRate, dropoutSeed: seed)
    return (result.loss, result.gradientNorm, result.metrics)
  }

  /// Differs from step to step, but is always the same for the same plan.
  private var dropoutSeed: UInt64 {
    var generator = Xoshiro256PlusPlus(seed: plan.batches.seed ^ 0xD509_0C57, stream: UInt64(state.step))
    return generator.next()
  }

  /// A loss twice as high as that of uniform guessing shows that the mapper no longer learns.
  private func checkLoss(_ loss: Double) throws(TrainingError) {
    let limit = 2 * Double.log(Double(trainer.decoder.vocabularySize))
    if loss > limit { throw .exploded(loss: loss, limit: limit) }
  }

  private mutating func input(_ index: Int) throws -> SelfCriticalObjective.Input {
    let draws = sampler.batch(index)
    let batch = TrainingBatch(
      features: try features.batch(draws.map { (examples[$0.example].image, $0) }),
      captions: PackedCaptions(draws.map { (examples[$0.example], $0.captions) }))
    return SelfCriticalObjective.Input(batch: batch, examples: draws.map(\.example), number: index)
  }

  private mutating func validate(elapsed: () -> Double, report: (TrainingEvent) throws -> Void) throws {
    let parameters = trainer.result
    if validationSets.isEmpty {
      try report(.unvalidated(step: state.step, parameters: parameters))
      state.isValidationDue = false
      state.bestStep = state.step
      return
    }
    let losses = try validationSets.map { try $0.validator.loss(trainer, parameters: parameters) }
    if let loss = losses.first(where: { !$0.isFinite }) {
      throw TrainingError.diverged(
        step: state.step, reason: "the validation loss is \(loss)", checkpoint: lastCheckpoint)
    }
    let mapper = try trainer.mapper(parameters)
    let scored = try validationSets.map { try $0.validator.scores(mapper, decoder: trainer.decoder) }
    let parts = validationSets.indices.map { index in
      ValidationMetrics.Dataset(name: validationSets[index].name, loss: losses[index], scored[index]?.scores)
    }
    var metrics = ValidationMetrics(step: state.step, datasets: parts, elapsedSeconds: elapsed())
    let score = metrics.cider ?? -metrics.loss
    metrics.isBest = isBest(score: score, loss: metrics.loss)
    var validated = state
    validated.isValidationDue = false
    if metrics.isBest {
      validated.bestStep = state.step
      validated.bestScore = score
      validated.bestLoss = metrics.loss
      validated.validationsSinceBest = 0
    } else {
      validated.validationsSinceBest += 1
    }
    try report(.validation(metrics, captions: scored.map { $0?.captions ?? [] }, parameters: parameters))
    // Only now: where the report failed, the best mapper may not have been kept, and a resumed run validates again.
    state = validated
  }

  /// Whether a validation is the best so far. With very few photos every CIDEr is 0; then the loss decides.
  private func isBest(score: Double, loss: Double) -> Bool {
    guard let bestScore = state.bestScore, let bestLoss = state.bestLoss else { return true }
    return score == bestScore ? loss < bestLoss : score > bestScore
  }

  private mutating func writeCheckpoint() throws -> String {
    let path = try checkpoints.write(Checkpoint(trainer, state: state, plan: plan))
    lastCheckpoint = path
    return path
  }
}
