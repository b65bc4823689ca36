import Foundation
import PrefixMapping
import TestSupport
import Testing
import TextDecoding
import Training

@Suite("Self-critical training")
struct SelfCriticalTrainingTests {
  private func training(_ directory: URL, steps: Int) throws -> TinyTraining {
    var training = try TinyTraining(directory)
    training.plan.steps = steps
    training.plan.objective.kind = .cider
    training.plan.objective.selfCritical = TrainingObjective.SelfCritical()
    return training
  }

  /// What the steps of a run drew.
  private func drawn(_ training: TinyTraining) throws -> [SelfCriticalMetrics] {
    var drawn: [SelfCriticalMetrics] = []
    try training.run { event in
      if case .step(let metrics) = event { drawn.append(try #require(metrics.selfCritical)) }
    }
    return drawn
  }

  @Test("each step draws so many captions of each photo, and says what came of them")
  func metrics() throws {
    try withTemporaryDirectory { directory in
      var training = try training(directory, steps: 2)
      training.plan.accumulation = 2
      training.plan.objective.selfCritical?.samplesPerPhoto = 3
      for step in try drawn(training) {
        #expect(step.samples == 2 * 4 * 3)
        #expect((0...10).contains(step.reward) && step.bestReward >= step.reward)
        #expect((1...12).contains(step.sampleLength))
        #expect(step.entropy > 0)
        #expect(step.distinctShare > 1.0 / 3 - 1e-9 && step.distinctShare <= 1)
        #expect(step.samplingSeconds > 0 && step.learningSeconds > 0)
        // Two of people's for every photo, too.
        let learnt = step.learningCaptionsPerSecond * step.learningSeconds
        #expect(abs(learnt - Double(2 * 4 * (3 + 2))) < 1e-6)
      }
    }
  }

  @Test("what is drawn is as likely where it is learnt from, dropout of numbers and of tokens included")
  func onPolicy() throws {
    try withTemporaryDirectory { directory in
      var training = try training(directory, steps: 1)
      training.plan.trainer.dropout = 0.3
      training.plan.trainer.tokenDropout = 0.3
      let trainer = try training.trainer()
      let objective = try #require(try training.selfCritical())
      let inputs = try (0..<2).map { number in
        let examples = Array(number * 4..<(number + 1) * 4)
        return SelfCriticalObjective.Input(
          batch: TrainingBatch(
            features: try training.features.batch(examples.map { (MemoryFeatures.image($0), false) }),
            captions: PackedCaptions(examples.map { training.examples[$0].captions })),
          examples: examples, number: number)
      }
      func losses(_ draws: [CaptionSampler.Draw], dropoutSeed: UInt64) throws -> [Double] {
        let dropout = trainer.dropout(seed: dropoutSeed)
        return try zip(inputs, draws).map { input, draw in
          let drawn = TrainingBatch(features: input.batch.features, captions: PackedCaptions(draw.captions.tokens))
          return try trainer.gradients(LossTerm(drawn, labelSmoothing: 0, divisor: 1), dropout: dropout).loss
        }
      }
      let draws = try objective.draw(inputs, trainer: trainer, dropoutSeed: 7)
      let (own, other) = (try losses(draws, dropoutSeed: 7), try losses(draws, dropoutSeed: 8))
      for (index, draw) in draws.enumerated() {
        let distance = { (loss: Double) in abs(loss / -draw.logProbability - 1) }
        // One by one with kept keys and values, and all at once; with other masks it is another captioner.
        #expect(distance(own[index]) < 1e-6)
        #expect(distance(other[index]) > 1e-5)
      }
    }
  }

  @Test("another seed draws other captions, the same seed the same")
  func seeds() throws {
    try withTemporaryDirectory { directory in
      func lengths(seed: UInt64) throws -> [Double] {
        var training = try training(directory, steps: 1)
        training.plan.batches.seed = seed
        defer { try? FileManager.default.removeItem(at: directory.appending(path: "checkpoints")) }
        return try drawn(training).flatMap { [$0.reward, $0.entropy, $0.sampleLength] }
      }
      let first = try lengths(seed: 5)
      #expect(try lengths(seed: 5) == first)
      #expect(try lengths(seed: 6) != first)
    }
  }

  @Test("one photo has no rare words: it is refused")
  func onePhoto() throws {
    try withTemporaryDirectory { directory in
      let training = try training(directory, steps: 1)
      #expect(throws: TrainingError.tooFewExamples(count: 1)) {
        try SelfCriticalObjective(
          TrainingObjective.SelfCritical(), seed: 0, examples: Array(training.examples.prefix(1)),
          decoder: training.trainer().decoder, tokenizer: training.tokenizer, startTokens: [201],
          options: training.options)
      }
    }
  }
}
