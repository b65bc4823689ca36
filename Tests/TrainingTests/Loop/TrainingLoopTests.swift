import Foundation
import ModelFiles
import TestSupport
import Testing
import Training

@Suite("Training loop")
struct TrainingLoopTests {
  @Test("the loss falls")
  func learning() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      training.plan.steps = 40
      training.plan.trainer.dropout = 0
      let record = RunRecord()
      try training.run(into: record)
      let first = record.losses.prefix(3).reduce(0, +)
      let last = record.losses.suffix(3).reduce(0, +)
      #expect(last < 0.8 * first)
    }
  }

  @Test("the same seed gives the same run, another seed another")
  func seeds() throws {
    func losses(seed: UInt64) throws -> [Double] {
      try withTemporaryDirectory { directory in
        var training = try TinyTraining(directory)
        training.plan.batches.seed = seed
        training.plan.steps = 3
        let record = RunRecord()
        try training.run(into: record)
        return record.losses
      }
    }
    #expect(try losses(seed: 1) == losses(seed: 1))
    #expect(try losses(seed: 1) != losses(seed: 2))
  }

  @Test("the best validation is that of the highest score, and of the lowest loss where scores are equal")
  func best() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      // Too fast to become better each time.
      training.plan.schedule.peak = 1
      training.plan.trainer.averageDecay = 0
      training.plan.validation.interval = 1
      let record = RunRecord()
      let outcome = try training.run(into: record)
      var best: (step: Int, cider: Double, loss: Double)?
      for (step, validation) in record.validations {
        let cider = try #require(validation.cider)
        let isBest = best.map { cider != $0.cider ? cider > $0.cider : validation.loss < $0.loss } ?? true
        #expect(validation.isBest == isBest, "step \(step)")
        if isBest { best = (step, cider, validation.loss) }
      }
      #expect(Set(record.validations.map(\.validation.isBest)) == [true, false])
      #expect(outcome.state.bestStep == best?.step)
      #expect(outcome.state.bestScore == best?.cider)
    }
  }

  @Test("several datasets are validated each for itself, and their mean says which step is best")
  func severalValidationSets() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      training.plan.schedule.peak = 0.2
      training.plan.validation.interval = 1
      training.validationPhotos = [[12, 13, 14], [13, 15]]
      let record = RunRecord()
      let outcome = try training.run(into: record)
      var best: (step: Int, cider: Double, loss: Double)?
      for (step, validation) in record.validations {
        let sets = try #require(validation.datasets)
        #expect(sets.map(\.name) == ["set-0", "set-1"])
        #expect(validation.captions.count == 5)
        let ciders = try sets.map { try #require($0.cider) }
        let cider = (ciders[0] + ciders[1]) / 2
        let loss = (sets[0].loss + sets[1].loss) / 2
        #expect(validation.cider == cider && validation.loss == loss)
        if best.map({ cider != $0.cider ? cider > $0.cider : loss < $0.loss }) ?? true { best = (step, cider, loss) }
      }
      #expect(outcome.state.bestStep == best?.step)
      #expect(outcome.state.bestScore == best?.cider)
      // What each set is scored as when it is alone.
      training.validationPhotos = [[13, 15]]
      let alone = RunRecord()
      try withTemporaryDirectory { other in
        var single = try TinyTraining(other)
        (single.plan, single.validationPhotos) = (training.plan, training.validationPhotos)
        try single.run(into: alone)
      }
      #expect(alone.validations.map(\.validation.cider) == record.validations.map { $0.validation.datasets?[1].cider })
      #expect(alone.validations.allSatisfy { $0.validation.datasets == nil })
    }
  }

  @Test("of one photo every CIDEr is 0, and the loss decides")
  func oneScoredPhoto() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      training.plan.validation.scoredImages = 1
      let record = RunRecord()
      let outcome = try training.run(into: record)
      #expect(record.validations.allSatisfy { $0.validation.cider == 0 })
      let best = record.validations.min { $0.validation.loss < $1.validation.loss }
      #expect(outcome.state.bestStep == best?.step)
      #expect(outcome.state.bestStep != 4)
    }
  }

  @Test("where nothing is scored the negated loss is the score")
  func lossAsScore() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      training.plan.validation.scoredImages = -1
      let record = RunRecord()
      let outcome = try training.run(into: record)
      #expect(record.validations.allSatisfy { $0.validation.cider == nil && $0.validation.captions.isEmpty })
      #expect(outcome.state.bestScore == record.validations.map { -$0.validation.loss }.max())
    }
  }

  @Test("validations that are no better end the run, and so does resuming it")
  func patience() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      // Changes no parameter.
      training.plan.schedule.peak = 1e-30
      training.plan.trainer.averageDecay = 0
      training.plan.validation.interval = 2
      training.plan.validation.patience = 2
      let record = RunRecord()
      let outcome = try training.run(into: record)
      #expect(outcome.stoppedEarly)
      #expect(outcome.state.bestStep == 2)
      #expect(record.validations.map(\.step) == [2, 4, 6])
      #expect(record.steps.last?.step == 6)
      let again = RunRecord()
      #expect(try training.run(resuming: true, into: again).stoppedEarly)
      #expect(again.steps.isEmpty)
    }
  }

  @Test("several batches whose gradients make one step have the losses of one large batch")
  func accumulation() throws {
    func losses(images: Int, accumulation: Int) throws -> [Double] {
      try withTemporaryDirectory { directory in
        var training = try TinyTraining(directory)
        training.plan.steps = 4
        training.plan.trainer.dropout = 0
        training.plan.batches.flips = false
        // All captions: which are drawn goes by the batch.
        training.plan.batches.captionsPerImage = 3
        training.plan.batches.imagesPerBatch = images
        training.plan.accumulation = accumulation
        let record = RunRecord()
        try training.run(into: record)
        return record.losses
      }
    }
    for (split, whole) in zip(try losses(images: 3, accumulation: 2), try losses(images: 6, accumulation: 1)) {
      // The same sums of some hundred terms in another order, through a few steps of AdamW.
      #expect(abs(split / whole - 1) < 1e-5)
    }
  }

  @Test("a number that is none ends the run, names the last good checkpoint and leaves it alone")
  func notANumber() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      var sampler = BatchSampler(training.plan.batches, captionCounts: Array(repeating: 3, count: 12))
      training.features.fill(sampler.batch(2)[0].example, with: .nan)
      training.checkpointInterval = .zero
      // Statistics come from all photos; those of the loop are enough to see where it stops.
      let healthy = try TinyTraining(directory)
      let record = RunRecord()
      var loop = TrainingLoop(
        plan: training.plan, trainer: try healthy.trainer(), examples: Array(training.examples[..<12]),
        features: training.features,
        validationSets: [ValidationSet(name: "tiny", validator: try healthy.validator())],
        checkpoints: training.checkpoints, checkpointInterval: .zero)
      let error = #expect(throws: TrainingError.self) { try loop.run { record.add($0) } }
      let last = try #require(record.checkpoints.last)
      guard case .diverged(let step, let reason, let checkpoint) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(step == 3)
      #expect(reason.contains("nan"))
      #expect(checkpoint == last)
      #expect(try training.checkpoints.paths().first == last)
      var resumed = try healthy.loop()
      #expect(try resumed.resume())
      #expect(resumed.state.step == 2)
    }
  }

  @Test("features of variants are learnt from where batches draw them")
  func variants() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      training.plan.batches.variants = 1
      training.plan.batches.flips = false
      training.plan.steps = 1
      var sampler = training.plan.sampler(captionCounts: Array(repeating: 3, count: TinyTraining.trainCount))
      let drawn = sampler.batch(0)
      #expect(Set(drawn.map(\.variant)) == [0, 1])
      func loss(without missing: [BatchSampler.Draw]) throws -> Double {
        var changed = training.features
        for draw in missing { changed.fill(draw.example, with: .nan) }
        let record = RunRecord()
        var loop = TrainingLoop(
          plan: training.plan, trainer: try training.trainer(),
          examples: Array(training.examples[..<TinyTraining.trainCount]), features: training.features,
          changedFeatures: [changed],
          validationSets: [ValidationSet(name: "tiny", validator: try training.validator())],
          checkpoints: training.checkpoints, checkpointInterval: .seconds(3600))
        _ = try loop.run { record.add($0) }
        return record.losses[0]
      }
      #expect(try loss(without: drawn.filter { $0.variant == 0 }).isFinite)
      #expect(throws: TrainingError.self) { try loss(without: drawn.filter { $0.variant == 1 }) }
    }
  }

  @Test("a validation loss that is no number ends the run")
  func validationNotANumber() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      training.features.fill(13, with: .nan)
      let error = #expect(throws: TrainingError.self) { try training.run() }
      #expect(error?.description.contains("validation loss") == true)
      #expect(try training.checkpoints.paths().isEmpty)
    }
  }

  @Test("an absurd learning rate ends the run, without a checkpoint to go on from")
  func exploding() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      training.plan.schedule.peak = 1e30
      training.plan.schedule.warmupSteps = 0
      training.plan.steps = 50
      let error = #expect(throws: TrainingError.self) { try training.run() }
      guard case .diverged(_, _, checkpoint: nil) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(error?.description.contains("--learning-rate") == true)
    }
  }

  @Test("the same photo under two names is validated twice")
  func duplicate() throws {
    try withTemporaryDirectory { directory in
      let training = try TinyTraining(directory)
      let trainer = try training.trainer()
      let scored = try training.validator([12, 12, 13])
        .scores(trainer.mapper(trainer.parameters), decoder: trainer.decoder)
      #expect(scored?.captions.count == 3)
    }
  }

  @Test("without anything to validate with, the newest parameters are told of in the place of each validation")
  func unvalidated() throws {
    try withTemporaryDirectory { directory in
      var training = try TinyTraining(directory)
      training.validationPhotos = []
      let record = RunRecord()
      let outcome = try training.run(into: record)
      #expect(record.unvalidated == [4, 8, 12])
      #expect(record.validations.isEmpty)
      #expect(outcome.state.bestStep == 12)
      #expect(!outcome.stoppedEarly)
    }
  }
}
