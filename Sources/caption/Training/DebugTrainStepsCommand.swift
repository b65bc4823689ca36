import ArgumentParser
import Captioning
import ModelFiles
import PrefixMapping
import Tensors
import TextDecoding
import Training

/// Trains a captioner's mapper on given batches, for comparison with its reference; not meant for users.
struct DebugTrainStepsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "debug-train-steps",
    abstract: "Print loss and gradient norm of training steps on given batches.",
    shouldDisplay: false)

  @Option(
    help:
      "A safetensors file: features_N [images, tokens, width], or [images, numbers] of several widths, tokens_N, lengths_N for N = 1…"
  )
  var batches: String

  @Option(help: "How many of them.")
  var steps = 10

  @Option(help: "Constant.")
  var learningRate = 1e-4

  @Option(help: "What decays: matrices or all.")
  var decay = DecayScope.matrices

  @Option(help: "Write the gradients of the first batch to this safetensors file, and take no step.")
  var gradients: String?

  @OptionGroup var model: ModelOptions
  @OptionGroup var messages: OutputOptions

  private struct Line: Encodable {
    let step: Int
    let loss: Double
    let gradientNorm: Double
    let seconds: Double
  }

  func run() throws {
    try Failure.exiting { try train() }
  }

  private func train() throws {
    let captioner = try model.load(log: messages.logger)
    let file = try SafetensorsFile(path: batches)
    var trainer = try trainer(captioner)
    if let gradients {
      let term = LossTerm(
        try batch(1, file, captioner.extractor.shape), labelSmoothing: trainer.settings.labelSmoothing, divisor: nil)
      let (_, found) = try trainer.gradients(term, dropout: .none)
      let named = zip(trainer.parameters.parameters, found).compactMap { parameter, gradient in
        gradient.map { (parameter.name, $0.stored) }
      }
      return try SafetensorsWriter.write(named, to: gradients)
    }
    for step in 1...max(steps, 1) {
      let batch = try batch(step, file, captioner.extractor.shape)
      let start = ContinuousClock.now
      let result = try trainer.step([batch], learningRate: learningRate, dropoutSeed: 0)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let line = Line(step: step, loss: result.loss, gradientNorm: result.gradientNorm, seconds: seconds)
      try StandardOutput.write(StableJSON.line(line) + "\n")
    }
  }

  private func trainer(_ captioner: Captioner) throws -> MapperTrainer {
    var settings = MapperTrainer.Settings()
    settings.dropout = 0
    settings.optimizer.decay = decay
    return try captioner.trainer(settings, precision: model.trainingPrecision())
  }

  private func batch(_ number: Int, _ file: SafetensorsFile, _ shape: [Int]) throws -> TrainingBatch {
    let features = try file.require("features_\(number)", dimensions: 1 + shape.count).toFloat32()
    let tokens = try file.integers("tokens_\(number)")
    let lengths = try file.integers("lengths_\(number)")
    var rest = tokens[...]
    let captions = lengths.map { length in
      defer { rest = rest.dropFirst(length) }
      return Array(rest.prefix(length))
    }
    let perImage = captions.count / features.shape[0]
    return TrainingBatch(
      features: features,
      captions: PackedCaptions(
        (0..<features.shape[0]).map { Array(captions[$0 * perImage..<($0 + 1) * perImage]) }))
  }
}

extension SafetensorsFile {
  /// Reads a vector of 32-bit integers.
  fileprivate func integers(_ name: String) throws -> [Int] {
    let tensor = try require(name, dimensions: 1)
    guard tensor.elementType == .i32 else {
      throw ModelFileError.unsupportedTensor(path: path, key: name, feature: "\(tensor.elementType), not i32,")
    }
    return withExtendedLifetime(tensor) { tensor.storage.buffer.bindMemory(to: Int32.self).map(Int.init) }
  }
}
