import CaptionMetrics
import PrefixMapping
import Tensors
package import TextDecoding

/// Self-critical sequence training (Rennie et al. 2017): captions that the captioner draws itself become likelier if
/// they score better than the others of the same photo (Luo 2020), and less likely if they score worse.
///
/// With rewards r, baselines b and N drawn tokens, stop tokens included, the loss is
/// `(1 - λ) · -1/N Σ (r - b) Σ log p(token) + λ · cross-entropy`. As in Luo's code all tokens of a step have the same
/// weight: the sum is divided by their number, not caption by caption.
package struct SelfCriticalObjective: Sendable {
  private let settings: TrainingObjective.SelfCritical
  private let sampler: CaptionSampler

  /// - Parameters:
  ///   - seed: the seed of the run.
  ///   - examples: the training split, whose references give rewards and frequencies.
  ///   - decoder: draws captions; preferably the one that is trained through, or a copy of it in a faster precision.
  ///   - options: the length of captions, and what ends them.
  /// - Throws: `CaptionMetricsError`; `TrainingError.tooFewExamples` where there are too few to distinguish frequent
  ///   words.
  package init(
    _ settings: TrainingObjective.SelfCritical, seed: UInt64, examples: [TrainingExample], decoder: any TextDecoder,
    tokenizer: any Tokenizer, startTokens: [Int], options: GenerationOptions
  ) throws {
    precondition(settings.samplesPerPhoto > 1 && (0..<1).contains(settings.crossEntropyWeight), "\(settings)")
    if examples.count < 2 { throw TrainingError.tooFewExamples(count: examples.count) }
    self.settings = settings
    sampler = CaptionSampler(
      decoder: decoder, tokenizer: tokenizer, startTokens: startTokens, options: options,
      reward: try CIDErReward(references: examples.map { (id: $0.name, captions: $0.references) }),
      samplesPerPhoto: settings.samplesPerPhoto, seed: seed)
  }

  /// A batch, and the examples that its photos are from.
  package struct Input {
    package let batch: TrainingBatch
    package let examples: [Int]
    /// The number of the batch in the run, from 0.
    package let number: Int

    package init(batch: TrainingBatch, examples: [Int], number: Int) {
      self.batch = batch
      self.examples = examples
      self.number = number
    }
  }

  /// Draws captions and learns from them and from people's captions.
  ///
  /// - Returns: `loss` is the cross-entropy of people's captions, or of the drawn ones where people's are not learnt
  ///   from.
  /// - Throws: as `MapperTrainer.step`; `GenerationError`.
  func step(
    _ inputs: [Input], trainer: inout MapperTrainer, learningRate: Double, dropoutSeed: UInt64
  ) throws -> (loss: Double, gradientNorm: Double, metrics: SelfCriticalMetrics) {
    let start = ContinuousClock.now
    let draws = try draw(inputs, trainer: trainer, dropoutSeed: dropoutSeed)
    let drawn = ContinuousClock.now
    var metrics = SelfCriticalMetrics(draws, seconds: (drawn - start) / .seconds(1))
    let weight = settings.crossEntropyWeight
    let terms = Self.terms(
      batches: inputs.map(\.batch), samples: draws.map(\.captions), crossEntropyWeight: weight,
      labelSmoothing: trainer.settings.labelSmoothing)
    let result = try trainer.step(terms, learningRate: learningRate, dropoutSeed: dropoutSeed)
    metrics.learnt(
      captions: terms.reduce(0) { $0 + $1.batch.captions.captionCount },
      seconds: (ContinuousClock.now - drawn) / .seconds(1))
    let loss = weight > 0 ? result.losses.dropFirst(inputs.count).reduce(0, +) / weight : metrics.entropy
    return (loss, result.gradientNorm, metrics)
  }

  /// Draws captions with the dropout masks that a step of this seed will use: masks come in the order of the terms, and
  /// the terms of drawn captions come first.
  package func draw(
    _ inputs: [Input], trainer: MapperTrainer, dropoutSeed: UInt64
  ) throws -> [CaptionSampler.Draw] {
    let mapper = try trainer.mapper(trainer.parameters)
    let dropout = trainer.dropout(seed: dropoutSeed)
    return try inputs.map { input in
      try Task.checkCancellation()
      return try sampler.draw(
        input.batch, examples: input.examples, number: input.number, mapper: mapper, dropout: dropout)
    }
  }

  /// The loss of captions that are already drawn and rewarded.
  ///
  /// - Returns: the terms of drawn captions, one per batch, followed by those of people's captions.
  package static func terms(
    batches: [TrainingBatch], samples: [SampledCaptions], crossEntropyWeight: Double, labelSmoothing: Double
  ) -> [LossTerm] {
    let drawnCount = samples.reduce(0) { $0 + $1.drawnCount }
    let drawn = zip(batches, samples).map { batch, samples in
      LossTerm(
        TrainingBatch(features: batch.features, captions: samples.weighted), labelSmoothing: 0,
        divisor: Double(max(drawnCount, 1)) / (1 - crossEntropyWeight))
    }
    guard crossEntropyWeight > 0 else { return drawn }
    return drawn + LossTerm.mean(of: batches, labelSmoothing: labelSmoothing, weight: crossEntropyWeight)
  }
}
