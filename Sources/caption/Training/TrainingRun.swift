import Captioning
import Datasets
import Foundation
import ImageEncoding
import Logging
import ModelFiles
import PrefixMapping
import Tensors
import TextDecoding
import Training

/// One run of `caption train`: prepares what the options name, trains, and saves the best mapper and the reports.
struct TrainingRun: Sendable {
  let command: TrainCommand
  private let log: Logger
  /// The precision of the frozen models.
  private let precision: MatrixPrecision

  init(command: TrainCommand) {
    self.command = command
    log = command.logger
    precision = command.model.trainingPrecision(resuming: command.resumedRun)
  }

  func run() async throws {
    let place = RunDirectory(path: command.out)
    try place.check(isResumed: command.resume, isPreparation: command.prepare)
    let (bases, captioner) = try command.model.loadBases(log: log)
    if bases.decoderSettings.startTokens.isEmpty {
      throw TrainingError.noStartToken(captioner: command.model.model ?? CaptionerLocator.defaultName)
    }
    let store = try ModelStore()
    // In the same way as captioning in this precision reads photos.
    let extractor = try bases.extractor.reading(bases.encoders(reading: command.mapper.features?.requests))
      .prepared(precision)
    let datasets = try await TrainingDatasets(command, extractor: extractor, store: store, log: log)
    let examples = try TrainingExamples(
      datasets, options: command.data, validation: command.dataset.shares.validation, bases: bases, log: log)
    if command.prepare {
      log.info(
        "features of \(examples.train.count + examples.validation.count) photos are in \(examples.cache.directories)")
      return
    }
    let plan = try plan(bases, captioner, extractor, examples)
    let trainer = try trainer(plan, bases, captioner, extractor, examples)
    log.info(
      "training \(trainer.parameters.trainedCount) parameters for \(plan.steps) steps on \(plan.data.trainCaptions) captions"
    )
    if plan.objective.kind == .cider, !command.mapper.continueMapper {
      log.warning(
        """
        --objective cider learns from captions that are drawn by chance, and a fresh mapper draws no sentences: train one \
        with --objective likelihood first, and go on from it with --model and --continue-mapper
        """)
    }
    // The base models are verified to be unchanged at the end.
    let hashes = try BaseHashes(bases)
    try train(plan, trainer, bases, extractor.settings, examples, place: place)
    try hashes.check()
  }

  /// What an interruption leaves.
  ///
  /// - Parameter error: the error that it made the run throw.
  func outcome(ofInterruption error: any Error) -> String {
    // For example, a last checkpoint that could not be written.
    if !(error is CancellationError) { return "\(error)" }
    let checkpoints = (try? CheckpointStore(runDirectory: command.out).paths()) ?? []
    return checkpoints.isEmpty
      ? "training had not begun; features computed so far are kept" : "the run can go on with --resume"
  }

  private func plan(
    _ bases: CaptionerBases, _ captioner: Captioner?, _ extractor: ImageFeatureExtractor,
    _ examples: TrainingExamples
  ) throws -> TrainingPlan {
    var plan = TrainingPlan()
    plan.mapper = try command.mapper.plan(for: captioner)
    try command.recipe.check(mapper: plan.mapper.family)
    let hashes = extractor.settings.map(\.sha256.hexadecimal)
    plan.models.encoder = hashes[0]
    plan.models.furtherEncoders = hashes.count > 1 ? Array(hashes.dropFirst()) : nil
    plan.models.decoder = bases.decoderSettings.sha256.hexadecimal
    plan.models.features = FeatureList.description(extractor.settings)
    plan.validation = command.validation.settings
    plan.data.trainImages = examples.train.count
    plan.data.trainCaptions = examples.train.reduce(0) { $0 + $1.captions.count }
    plan.data.validationImages = examples.validation.count
    plan.data.datasets = examples.plannedDatasets
    plan.data.augmentation = command.data.variants.isEmpty ? nil : command.data.augment.description
    plan.data.cleaning = command.data.clean.rawValue
    plan.data.fingerprint = examples.fingerprint
    plan.precision = precision
    plan.objective = command.objective.plan(precision: precision)
    command.recipe.fill(
      &plan, flips: command.data.augment.kinds.contains(.flip), variants: command.data.variants.count,
      captionCounts: examples.train.map(\.captions.count))
    return plan
  }

  private func trainer(
    _ plan: TrainingPlan, _ bases: CaptionerBases, _ captioner: Captioner?, _ extractor: ImageFeatureExtractor,
    _ examples: TrainingExamples
  ) throws -> MapperTrainer {
    if command.mapper.continueMapper, let captioner {
      return try captioner.trainer(plan.trainer, precision: plan.precision)
    }
    guard let family = MapperFamily.named(plan.mapper.family) else {
      throw CaptionerError.unknownFamily(part: "mapper", name: plan.mapper.family, known: MapperFamily.names)
    }
    if let tokens = family.featureTokens, tokens > 0, extractor.parts.tokens != tokens {
      throw TrainingError.otherFeatureTokens(mapper: family.name, wanted: tokens, found: extractor.parts.tokens)
    }
    var generator = Xoshiro256PlusPlus(seed: plan.batches.seed, stream: .max)
    let statistics = try FeatureStatistics(
      of: examples.train.map(\.image), in: examples.cache, parts: extractor.parts)
    let start = try command.mapper.initialBase(bases, using: &generator)
    let settings = MapperSettings(
      features: extractor.groups, mean: statistics.mean, deviation: statistics.deviation, base: start.base,
      prompt: start.prompt, width: plan.mapper.width,
      depth: plan.mapper.depth, heads: plan.mapper.heads, reparameterization: plan.mapper.reparameterization)
    return MapperTrainer(
      decoder: try bases.decoder.preparedForTraining(plan.precision), family: family,
      heads: plan.mapper.heads,
      tokenGroups: settings.tokenGroups, parameters: family.freshParameters(settings, &generator),
      settings: plan.trainer)
  }

  private func train(
    _ plan: TrainingPlan, _ trainer: MapperTrainer, _ bases: CaptionerBases, _ encoders: [CaptionerManifest.Encoder],
    _ examples: TrainingExamples, place: RunDirectory
  ) throws {
    let validationSets = try examples.validated.map { set in
      ValidationSet(
        name: set.name,
        validator: try Validator(
          examples: set.validation, features: examples.cache, settings: plan.validation, tokenizer: bases.tokenizer,
          startTokens: bases.decoderSettings.startTokens, options: bases.defaultOptions))
    }
    if validationSets.isEmpty { log.info("there is no validation: what the last step has learnt is kept") }
    let selfCritical = try SelfCriticalObjective(
      plan, bases: bases, trained: trainer.decoder, examples: examples.train)
    var loop = TrainingLoop(
      plan: plan, trainer: trainer, examples: examples.train, features: examples.cache,
      changedFeatures: examples.variantCaches, validationSets: validationSets, selfCritical: selfCritical,
      checkpoints: CheckpointStore(runDirectory: command.out),
      checkpointInterval: .seconds(command.checkpointMinutes * 60))
    let isResumed = try command.resume && command.goOn(&loop)
    try place.begin(plan, isResumed: isResumed)
    let outputs = ValidationOutputs(examples, directory: command.out, samples: command.samples)
    let reports = try RunReports(
      directory: command.out, title: command.artefactName, photos: outputs.photos, withTensorBoard: command.tensorboard,
      resumingAt: isResumed ? loop.state.step : nil)
    let artefact = TrainedCaptioner(
      manifest: manifest(bases, encoders, plan, trainer), plan: plan)
    let progress = ProgressReporter.standardError(
      totalSteps: plan.steps, completedSteps: loop.state.step, isQuiet: command.quiet)
    defer { LiveLine.end() }
    let outcome = try loop.run { event in
      switch event {
      case .step(let metrics):
        try reports.add(metrics)
        if !command.quiet { progress.report(metrics) }
      case .validation(let metrics, let captions, let parameters):
        if metrics.isBest {
          try artefact.write(parameters, scores: metrics.summary, toDirectory: command.out)
        }
        try reports.add(metrics, captions: outputs.samples(of: captions))
        if metrics.isBest { try outputs.writePredictions(captions) }
        if !command.quiet { progress.report(metrics) }
      case .unvalidated(let step, let parameters):
        try artefact.write(parameters, scores: ["step": "\(step)"], toDirectory: command.out)
        try reports.drawCurves()
      case .checkpoint(let path): log.debug("checkpoint \(path)")
      }
    }
    LiveLine.end()
    finish(outcome, trainer)
  }

  private func manifest(
    _ bases: CaptionerBases, _ encoders: [CaptionerManifest.Encoder], _ plan: TrainingPlan, _ trainer: MapperTrainer
  ) -> CaptionerManifest {
    // Base models in a captioner's own directory are given by their paths, since this captioner is elsewhere.
    let encoders = encoders.map { encoder in
      var encoder = encoder
      encoder.path = bases.portablePath(ofEncoder: encoder.path)
      return encoder
    }
    var decoder = bases.decoderSettings
    decoder.path = bases.portablePath(decoder.path, found: bases.decoderPath)
    return CaptionerManifest(
      name: command.artefactName, encoders: encoders.named, decoder: decoder,
      mapper: CaptionerManifest.Mapper(
        path: TrainedCaptioner.mapperName, family: plan.mapper.family, heads: trainer.heads,
        tokenGroups: trainer.tokenGroups),
      trainingData: command.about ?? "\(plan.data.trainImages) photos with \(plan.data.trainCaptions) captions")
  }

  private func finish(_ outcome: TrainingOutcome, _ trainer: MapperTrainer) {
    if outcome.stoppedEarly { log.info("no better validation any more: stopped after step \(outcome.state.step)") }
    let bytes = trainer.parameters.parameters.reduce(0) { $0 + $1.tensor.count * 2 }
    let size = bytes < 10_000_000 ? "\(bytes / 1000) kB" : "\(bytes / 1_000_000) MB"
    log.info(
      "\(command.out): the captioner of step \(outcome.state.bestStep ?? 0), \(size) beside its base models"
    )
    log.info("try it: caption --model \(command.out) photo.jpg")
  }
}
