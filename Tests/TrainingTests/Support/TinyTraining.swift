import Foundation
import ModelFiles
import PrefixMapping
import Synchronization
import Tensors
import TestSupport
import TextDecoding
import Training

/// A fresh resampler before the decoder of `Fixtures/tiny-captioner`, twelve photos to learn and four to validate.
struct TinyTraining {
  static let shape = [5, 8]
  static let layout = FeatureLayout(tokens: [4, 1], width: 8)
  static let trainCount = 12

  var plan: TrainingPlan
  var features: MemoryFeatures
  /// Time between checkpoints.
  var checkpointInterval = Duration.seconds(3600)
  /// By number, those of each validation set.
  var validationPhotos = [Array(trainCount..<16)]
  let directory: String

  private let decoder: TransformerDecoder
  let tokenizer: SubwordTokenizer
  /// Of captions that are drawn.
  let options = GenerationOptions(maximumNewTokens: 12, stopTokens: [2])

  /// - Parameter directory: the run's.
  init(_ directory: URL) throws {
    self.directory = directory.path(percentEncoded: false)
    let file = try GGUFFile(path: Fixture.url("tiny-captioner/decoder/tiny.gguf").path(percentEncoded: false))
    decoder = try TransformerDecoder(
      llama: LlamaConfiguration(file), weights: WeightReader(file), names: .gguf
    ).prepared(.training(.f32))
    tokenizer = try SubwordTokenizer(gguf: file)
    features = MemoryFeatures(
      shape: Self.shape, (0..<16).map { Tensor.random(Self.shape, seed: UInt64($0)).values })
    plan = TrainingPlan()
    plan.steps = 12
    plan.batches.imagesPerBatch = 4
    plan.batches.captionsPerImage = 2
    plan.batches.flips = true
    plan.batches.seed = 5
    plan.trainer.dropout = 0.1
    plan.trainer.averageDecay = 0.9
    plan.schedule.peak = 0.01
    plan.schedule.warmupSteps = 3
    plan.validation.interval = 4
    plan.validation.lossImages = 4
    plan.data.trainCaptions = 36
  }

  var examples: [TrainingExample] { (0..<16).map(example) }

  private func example(_ number: Int) -> TrainingExample {
    let words = ["dog", "cat", "horse", "boat"]
    let captions = (0..<3).map { "A \(words[number % 4]) number \($0 * number)." }
    return TrainingExample(
      name: "\(number).jpg", image: MemoryFeatures.image(number),
      captions: captions.map { [201] + tokenizer.encode($0) + [2] }, references: captions)
  }

  func trainer() throws -> MapperTrainer {
    var generator = Xoshiro256PlusPlus(seed: plan.batches.seed, stream: .max)
    let statistics = try FeatureStatistics(
      of: (0..<Self.trainCount).map(MemoryFeatures.image), in: features, parts: Self.layout)
    let shape = decoder.prefixShape
    let base = [shape.layers, 2, shape.keyValueHeads, 4, shape.headDimension]
    let settings = MapperSettings(
      features: Self.layout, mean: statistics.mean, deviation: statistics.deviation,
      base: .normal(base, deviation: 0.5, using: &generator), width: 16, depth: 1, heads: 2)
    return MapperTrainer(
      decoder: decoder, family: .resampler, heads: 2, tokenGroups: [4, 1],
      parameters: MapperFamily.resampler.freshParameters(settings, &generator), settings: plan.trainer)
  }

  /// - Parameter photos: by number.
  func validator(_ photos: [Int] = Array(trainCount..<16)) throws -> Validator {
    try Validator(
      examples: photos.map(example), features: features, settings: plan.validation,
      tokenizer: tokenizer, startTokens: [201], options: GenerationOptions(maximumNewTokens: 6, stopTokens: [2]))
  }

  var checkpoints: CheckpointStore { CheckpointStore(runDirectory: directory) }

  /// `nil` where the plan is of likelihood.
  func selfCritical() throws -> SelfCriticalObjective? {
    try plan.objective.selfCritical.map {
      try SelfCriticalObjective(
        $0, seed: plan.batches.seed, examples: Array(examples[..<Self.trainCount]), decoder: decoder,
        tokenizer: tokenizer, startTokens: [201], options: options)
    }
  }

  func loop() throws -> TrainingLoop {
    TrainingLoop(
      plan: plan, trainer: try trainer(), examples: Array(examples[..<Self.trainCount]), features: features,
      validationSets: try validationPhotos.enumerated().map { number, photos in
        ValidationSet(name: "set-\(number)", validator: try validator(photos))
      },
      selfCritical: try selfCritical(), checkpoints: checkpoints, checkpointInterval: checkpointInterval)
  }

  /// Trains to the end of the plan, or until `then` throws; bits are the same each time.
  @discardableResult
  func run(
    resuming: Bool = false, into record: RunRecord = RunRecord(), then: (TrainingEvent) throws -> Void = { _ in }
  ) throws -> TrainingOutcome {
    try KernelSettings.with(threads: 1) {
      var loop = try loop()
      if resuming, try !loop.resume() { throw TrainingError.nothingToResume(directory: directory) }
      return try loop.run { event in
        record.add(event)
        try then(event)
      }
    }
  }

  /// All tensors of the newest checkpoint.
  func newestTensors() throws -> [String: [Float]] {
    guard let path = try checkpoints.paths().first else { return [:] }
    let file = try SafetensorsFile(path: path)
    return Dictionary(
      uniqueKeysWithValues: file.tensorNames.compactMap { name in
        file.tensor(named: name).map { (name, $0.toFloat32().values) }
      })
  }
}

/// What a run told, steps that were done twice included.
final class RunRecord: Sendable {
  struct Validation: Equatable {
    let loss: Double
    let cider: Double?
    let isBest: Bool
    let captions: [String]
    let datasets: [ValidationMetrics.Dataset]?
  }

  private let state = Mutex(
    (
      steps: [(Int, [Double])](), validations: [(Int, Validation)](), unvalidated: [Int](), checkpoints: [String]()
    ))

  var steps: [(step: Int, numbers: [Double])] { state.withLock { $0.steps } }
  var validations: [(step: Int, validation: Validation)] { state.withLock { $0.validations } }
  /// Steps whose parameters were told of without being validated.
  var unvalidated: [Int] { state.withLock { $0.unvalidated } }
  var checkpoints: [String] { state.withLock { $0.checkpoints } }
  var losses: [Double] { steps.map { $0.numbers[0] } }

  /// All but times.
  private static func drawn(_ metrics: SelfCriticalMetrics?) -> [Double] {
    metrics.map {
      [$0.reward, $0.bestReward, $0.advantage, $0.sampleLength, $0.cutShare, $0.distinctShare, $0.entropy]
    }
      ?? []
  }

  func add(_ event: TrainingEvent) {
    state.withLock { state in
      switch event {
      case .step(let metrics):
        state.steps.append(
          (
            metrics.step,
            [metrics.loss, metrics.gradientNorm, metrics.learningRate, metrics.epoch, Double(metrics.captions)]
              + Self.drawn(metrics.selfCritical)
          ))
      case .validation(let metrics, let captions, _):
        state.validations.append(
          (
            metrics.step,
            Validation(
              loss: metrics.loss, cider: metrics.cider, isBest: metrics.isBest, captions: captions.flatMap(\.self),
              datasets: metrics.datasets)
          ))
      case .unvalidated(let step, _): state.unvalidated.append(step)
      case .checkpoint(let path): state.checkpoints.append(path)
      }
    }
  }
}
