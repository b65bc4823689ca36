import Captioning
import Datasets
import Logging
import ModelFiles
import PrefixMapping
import Tensors
import TextDecoding
import Training

/// One run of `caption train --task text`: a static prefix of a task, learnt from inputs with targets through the
/// captioner's decoder, and saved as a prefix file.
struct TextTaskRun {
  static let prefixName = "prefix.safetensors"

  let command: TrainCommand
  private var log: Logger { command.logger }

  init(command: TrainCommand) { self.command = command }

  func run() throws {
    let place = RunDirectory(path: command.out)
    try place.check(isResumed: command.resume, isPreparation: false)
    let (bases, _) = try command.model.loadBases(log: log)
    let examples = try TextExamples(command, bases: bases, log: log)
    guard let family = MapperFamily.named(command.mapper.mapper) else {
      throw CaptionerError.unknownFamily(part: "mapper", name: command.mapper.mapper, known: MapperFamily.names)
    }
    let plan = try plan(bases, examples)
    var generator = Xoshiro256PlusPlus(seed: plan.batches.seed, stream: .max)
    let start = try command.mapper.initialBase(bases, using: &generator)
    let none = Tensor(zeros: [0, 0])
    let settings = MapperSettings(
      features: FeatureLayout([]), mean: none, deviation: none, base: start.base, prompt: start.prompt,
      width: plan.mapper.width, depth: plan.mapper.depth, heads: plan.mapper.heads,
      reparameterization: plan.mapper.reparameterization)
    let trainer = MapperTrainer(
      decoder: try bases.decoder.preparedForTraining(plan.precision), family: family,
      heads: plan.mapper.heads, tokenGroups: [], parameters: family.freshParameters(settings, &generator),
      settings: plan.trainer)
    log.info(
      "training \(trainer.parameters.trainedCount) parameters for \(plan.steps) steps on \(plan.data.trainCaptions) targets"
    )
    try train(plan, trainer, bases, examples, place: place)
  }

  private func plan(_ bases: CaptionerBases, _ examples: TextExamples) throws -> TrainingPlan {
    var plan = TrainingPlan()
    plan.mapper = try command.mapper.plan(for: nil)
    plan.models.decoder = bases.decoderSettings.sha256.hexadecimal
    plan.validation = command.validation.settings
    plan.data.trainImages = examples.train.count
    plan.data.trainCaptions = examples.train.count
    plan.data.validationImages = examples.validation.count
    plan.data.cleaning = "none"
    plan.data.template = command.template
    plan.data.fingerprint = examples.fingerprint
    plan.precision = command.model.trainingPrecision(resuming: command.resumedRun)
    command.recipe.fill(&plan, flips: false, captionCounts: examples.train.map(\.captions.count))
    return plan
  }

  private func train(
    _ plan: TrainingPlan, _ trainer: MapperTrainer, _ bases: CaptionerBases, _ examples: TextExamples,
    place: RunDirectory
  ) throws {
    let validationSets =
      try examples.validation.isEmpty
      ? []
      : [
        ValidationSet(
          name: command.artefactName,
          validator: Validator(
            examples: examples.validation, features: NoFeatures(), settings: plan.validation,
            tokenizer: bases.tokenizer, startTokens: [], options: bases.defaultOptions))
      ]
    if validationSets.isEmpty { log.info("there is no validation: what the last step has learnt is kept") }
    var loop = TrainingLoop(
      plan: plan, trainer: trainer, examples: examples.train, features: NoFeatures(),
      validationSets: validationSets,
      checkpoints: CheckpointStore(runDirectory: command.out),
      checkpointInterval: .seconds(command.checkpointMinutes * 60))
    let isResumed = try command.resume && command.goOn(&loop)
    try place.begin(plan, isResumed: isResumed)
    let reports = try RunReports(
      directory: command.out, title: command.artefactName, withTensorBoard: command.tensorboard,
      resumingAt: isResumed ? loop.state.step : nil)
    let progress = ProgressReporter.standardError(
      totalSteps: plan.steps, completedSteps: loop.state.step, isQuiet: command.quiet)
    defer { LiveLine.end() }
    let path = Path.join(command.out, Self.prefixName)
    let outcome = try loop.run { event in
      switch event {
      case .step(let metrics):
        try reports.add(metrics)
        if !command.quiet { progress.report(metrics) }
      case .validation(let metrics, let texts, let parameters):
        if metrics.isBest {
          try prefixFile(trainer.mapper(parameters), bases, plan).write(to: path)
          if let texts = texts.first, !texts.isEmpty {
            try CaptionLines.write(
              zip(examples.validation, texts).map { ($0.name, $1) },
              to: Path.join(command.out, RunDirectory.predictionsName))
          }
        }
        try reports.add(metrics)
        if !command.quiet { progress.report(metrics) }
      case .unvalidated(_, let parameters):
        try prefixFile(trainer.mapper(parameters), bases, plan).write(to: path)
        try reports.drawCurves()
      case .checkpoint(let path): log.debug("checkpoint \(path)")
      }
    }
    LiveLine.end()
    if outcome.stoppedEarly { log.info("no better validation any more: stopped after step \(outcome.state.step)") }
    log.info("\(path): the prefix of step \(outcome.state.bestStep ?? 0)")
    log.info("try it: caption prefix apply \(path) --input '…'")
  }

  /// The keys and values alone, in whatever form they were trained.
  private func prefixFile(_ mapper: Mapper, _ bases: CaptionerBases, _ plan: TrainingPlan) throws -> PrefixFile {
    let prefix = try mapper.prefixes(Tensor(zeros: [1, 0, 0]), decoder: bases.decoder)[0]
    let about = command.about ?? "\(plan.data.trainCaptions) pairs of input and target"
    return PrefixFile(
      prefix: prefix, base: bases.prefixBase, origin: "trained on \(about)", template: command.template)
  }
}
