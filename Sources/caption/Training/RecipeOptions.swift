import ArgumentParser
import PrefixMapping
import Training

/// Every number of the recipe, with its default.
struct RecipeOptions: ParsableArguments {
  @Option(help: "Passes over all training captions.")
  var epochs = 2.4

  @Option(help: "Steps, instead of passes.")
  var steps: Int?

  @Option(help: "Photos of a batch.")
  var batchImages = 16

  @Option(help: "Captions of each of them.")
  var captionsPerImage = 4

  @Option(help: "Batches whose gradients make one step.")
  var accumulate = 1

  @Option(
    help: ArgumentHelp(
      "Learning rate at its peak (default: \(TrainingObjective.Kind.likelihood.learningRate); with --objective cider \(TrainingObjective.Kind.cider.learningRate)).",
      valueName: "rate"))
  var learningRate: Double?

  @Option(help: "Steps until the peak.")
  var warmup = LearningRateSchedule().warmupSteps

  @Option(help: "Share of the peak at the end of the cosine.")
  var finalRate = LearningRateSchedule().finalShare

  @Option(help: "AdamW's decay of the first moment.")
  var beta1 = AdamW.Settings().beta1

  @Option(help: "AdamW's decay of the second moment.")
  var beta2 = AdamW.Settings().beta2

  @Option(help: "AdamW's weight decay.")
  var weightDecay = AdamW.Settings().weightDecay

  @Option(help: "What decays: matrices, or all (biases, norms and the prefix's base too).")
  var decay = DecayScope.matrices

  @Option(help: "Largest norm of all gradients together; 0 clips none.")
  var clip = MapperTrainer.Settings().clipNorm

  @Option(help: "Dropout within the mapper.")
  var dropout = MapperTrainer.Settings().dropout

  @Option(help: "Probability that a token of the features is left out whole; for mappers that read tokens one by one.")
  var tokenDropout = 0.0

  @Option(
    help: ArgumentHelp(
      "Probability that targets give to all tokens alike (default: \(TrainingObjective.Kind.likelihood.labelSmoothing); with --objective cider \(TrainingObjective.Kind.cider.labelSmoothing)).",
      valueName: "probability"))
  var labelSmoothing: Double?

  @Option(help: "Decay of the parameters' moving average, which is then what is kept: 0.999; 0 is none.")
  var ema = MapperTrainer.Settings().averageDecay

  @Option(help: "Of all chance in the run.")
  var seed: UInt64 = 0

  func validate() throws {
    func require(_ holds: Bool, _ message: String) throws { if !holds { throw ValidationError(message) } }
    try require(epochs > 0 && epochs <= 1_000_000, "--epochs takes a number above 0, up to 1000000.")
    try require((steps ?? 1) >= 1, "--steps takes 1 or more.")
    try require(batchImages >= 1 && captionsPerImage >= 1, "--batch-images and --captions-per-image take 1 or more.")
    try require((1...1024).contains(accumulate), "--accumulate takes 1 to 1024.")
    try require(learningRate.map { $0 > 0 && $0.isFinite } ?? true, "--learning-rate takes a number above 0.")
    try require(warmup >= 0, "--warmup takes 0 or more.")
    try require((0...1).contains(finalRate), "--final-rate takes 0 to 1.")
    try require((0..<1).contains(beta1) && (0..<1).contains(beta2), "--beta1 and --beta2 take 0 up to below 1.")
    try require(weightDecay >= 0 && weightDecay.isFinite, "--weight-decay takes 0 or more.")
    try require(clip >= 0, "--clip takes 0 or more.")
    try require((0..<1).contains(dropout), "--dropout takes 0 up to below 1.")
    try require((0..<1).contains(tokenDropout), "--token-dropout takes 0 up to below 1.")
    try require((0..<1).contains(labelSmoothing ?? 0), "--label-smoothing takes 0 up to below 1.")
    try require((0..<1).contains(ema), "--ema takes 0 up to below 1.")
  }

  /// - Throws: `ValidationError` for options that a mapper of this family does not support.
  func check(mapper family: String) throws {
    let readers = [MapperFamily.resampler, .transformer].map(\.name)
    if tokenDropout > 0, !readers.contains(family) {
      throw ValidationError("--token-dropout is for --mapper \(readers.joined(separator: " or ")), not \(family).")
    }
  }

  /// Fills the plan, which must have its datasets, on whose weights the number of steps depends.
  ///
  /// - Parameters:
  ///   - plan: the plan, with its objective.
  ///   - flips: whether images are mirrored.
  ///   - variants: the number of variants of each image.
  ///   - captionCounts: the number of captions of each training image.
  func fill(_ plan: inout TrainingPlan, flips: Bool, variants: Int = 0, captionCounts: [Int]) {
    plan.trainer.optimizer.beta1 = beta1
    plan.trainer.optimizer.beta2 = beta2
    plan.trainer.optimizer.weightDecay = weightDecay
    plan.trainer.optimizer.decay = decay
    plan.trainer.clipNorm = clip
    plan.trainer.dropout = dropout
    plan.trainer.tokenDropout = tokenDropout > 0 ? tokenDropout : nil
    plan.trainer.labelSmoothing = labelSmoothing ?? plan.objective.kind.labelSmoothing
    plan.trainer.averageDecay = ema
    plan.schedule.peak = learningRate ?? plan.objective.kind.learningRate
    plan.schedule.warmupSteps = warmup
    plan.schedule.finalShare = finalRate
    plan.batches.imagesPerBatch = batchImages
    plan.batches.captionsPerImage = captionsPerImage
    plan.batches.flips = flips
    plan.batches.variants = variants > 0 ? variants : nil
    plan.batches.seed = seed
    plan.accumulation = accumulate
    let sampler = plan.sampler(captionCounts: captionCounts)
    let captionsPerStep = sampler.captionsPerBatch * Double(accumulate)
    plan.steps = steps ?? max(1, Int(epochs * sampler.captionsPerPass / captionsPerStep))
  }
}

struct ValidationOptions: ParsableArguments {
  @Option(help: "Steps between validations.")
  var validateEvery = TrainingPlan.Validation().interval

  @Option(help: "Validation photos whose first captions give the loss.")
  var lossImages = TrainingPlan.Validation().lossImages

  @Option(parsing: .unconditional, help: "Validation photos that are captioned and scored; 0 is all of them, -1 none.")
  var scoredImages = TrainingPlan.Validation().scoredImages

  @Option(help: "Stop after so many validations that were not better; 0 goes on to the end.")
  var patience = 0

  func validate() throws {
    if validateEvery < 1 { throw ValidationError("--validate-every takes 1 or more.") }
    if lossImages < 1 { throw ValidationError("--loss-images takes 1 or more.") }
    if scoredImages < -1 { throw ValidationError("--scored-images takes -1 or more.") }
    if patience < 0 { throw ValidationError("--patience takes 0 or more.") }
  }

  var settings: TrainingPlan.Validation {
    var settings = TrainingPlan.Validation()
    settings.interval = validateEvery
    settings.lossImages = lossImages
    settings.scoredImages = scoredImages
    settings.patience = patience
    return settings
  }
}
