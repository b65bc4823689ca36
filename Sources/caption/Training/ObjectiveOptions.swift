import ArgumentParser
import Captioning
import ModelFiles
import Tensors
import TextDecoding
import Training

/// The objective from which the mapper learns.
struct ObjectiveOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What is made better: likelihood or cider.",
      discussion: """
        likelihood learns people's captions word by word (cross-entropy). cider draws captions of each photo, scores them \
        against people's, and makes those likelier that score better than the others (self-critical training). It is for a \
        captioner that writes sentences already: \
        caption train --objective cider --model trained --continue-mapper --data photos --out better
        """,
      valueName: "likelihood or cider"))
  var objective = TrainingObjective.Kind.likelihood

  @Option(
    help: ArgumentHelp(
      "With --objective cider: captions drawn of each photo (default: \(Self.defaults.samplesPerPhoto)).",
      valueName: "count"))
  var samplesPerPhoto: Int?

  @Option(
    help: ArgumentHelp(
      "With --objective cider: share of the loss that is people's captions' (default: \(Self.defaults.crossEntropyWeight)).",
      valueName: "share"))
  var crossEntropyWeight: Double?

  @Option(
    help: ArgumentHelp(
      "With --objective cider: precision of the decoder that draws them (default: that of --precision, which needs no second copy of its matrices).",
      valueName: "precision"))
  var samplingPrecision: MatrixPrecision?

  private static let defaults = TrainingObjective.SelfCritical()

  func validate() throws {
    if objective == .likelihood {
      let given = [
        ("--samples-per-photo", samplesPerPhoto != nil), ("--cross-entropy-weight", crossEntropyWeight != nil),
        ("--sampling-precision", samplingPrecision != nil),
      ]
      if let (name, _) = given.first(where: \.1) { throw ValidationError("\(name) is for --objective cider.") }
    }
    if let samplesPerPhoto, !(2...1000).contains(samplesPerPhoto) {
      throw ValidationError("--samples-per-photo takes 2 to 1000: each caption is compared with the others.")
    }
    if let crossEntropyWeight, !(0..<1).contains(crossEntropyWeight) {
      throw ValidationError("--cross-entropy-weight takes 0 up to below 1.")
    }
  }

  /// - Parameter precision: the precision of the decoder that is trained through.
  func plan(precision: MatrixPrecision) -> TrainingObjective {
    var plan = TrainingObjective()
    plan.kind = objective
    guard objective == .cider else { return plan }
    var settings = Self.defaults
    settings.samplesPerPhoto = samplesPerPhoto ?? settings.samplesPerPhoto
    settings.crossEntropyWeight = crossEntropyWeight ?? settings.crossEntropyWeight
    settings.samplingPrecision = samplingPrecision ?? precision
    plan.selfCritical = settings
    return plan
  }
}

extension SelfCriticalObjective {
  /// The objective that a plan asks for; `nil` for likelihood.
  ///
  /// - Parameters:
  ///   - trained: the decoder that is trained through. It also samples the captions if it has the wanted precision.
  ///   - examples: the examples of the training split.
  init?(
    _ plan: TrainingPlan, bases: CaptionerBases, trained: any TextDecoder, examples: [TrainingExample]
  ) throws {
    guard let settings = plan.objective.selfCritical else { return nil }
    let isShared = settings.samplingPrecision == plan.precision
    try self.init(
      settings, seed: plan.batches.seed, examples: examples,
      decoder: isShared ? trained : bases.decoder.preparedForSampling(settings.samplingPrecision),
      tokenizer: bases.tokenizer, startTokens: bases.decoderSettings.startTokens, options: bases.defaultOptions)
  }
}
