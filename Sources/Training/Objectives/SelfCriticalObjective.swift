import CaptionMetrics
import PrefixMapping
import Tensors
package import TextDecoding

/// Self-critical sequence training (Rennie et al. 2017): captions that the captioner draws itself become likelier where they
/// score better than the others of the same photo (Luo 2020), and less likely where they score worse.
///
/// With rewards r, baselines b and N drawn tokens, stop tokens included, the loss is
/// `(1 - λ) · -1/N Σ (r - b) Σ log p(token) + λ · cross-entropy`. As in Luo's code all tokens of a step weigh alike: the sum is
/// divided by their number, not caption by caption.
package struct SelfCriticalObjective: Sendable {
  private let settings: TrainingObjective.SelfCritical
  private let sampler: CaptionSampler

  /// - Parameters:
  ///   - seed: of the run.
  ///   - examples: the training split, whose references give rewards and frequencies.
  ///   - decoder: draws captions; best the one that is trained through, or a copy of it in a faster precision.
  ///   - options: how long captions get, and what ends them.
  /// - Throws: `CaptionMetricsError`; `TrainingError.tooFewExamples` where nothing could tell frequent words from others.
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

  /// A batch, and which examples its photos are.
  package struct Input {
    package let batch: TrainingBatch
    package let examples: [Int]
    /// Of the batch in the run, from 0.
    package let number: Int

    package init(batch: TrainingBatch, examples: [Int], number: Int) {
      self.batch = batch
      self.examples = examples
      self.number = number
    }
  }

  /// Draws captions and learns from them and from people's.
  ///
  /// - Returns: `loss` is the cross-entropy of people's captions; where these are not learnt from, that of the drawn ones.
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

  /// Draws captions from what a step of this seed will learn through: masks come in the order of the terms, of which those of
  /// drawn captions are first.
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

  /// The loss of captions that are drawn and rewarded already.
  ///
  /// - Returns: the drawn captions' terms, one a batch; behind them people's.
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
