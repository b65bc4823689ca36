import ArgumentParser
import Captioning
import Datasets
import Logging
import ModelFiles
import PrefixMapping
import Tensors
import TextDecoding
import Training

/// Measures the cost of a precision: the f32 captions of a dataset's photos are read token by token in another
/// precision, from that precision's own features; not meant for users.
struct DebugPrecisionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "debug-precision",
    abstract: "Compare a precision with f32 on the photos of a dataset.",
    discussion: """
      Prints a JSON object: on how many of f32's tokens both agree ('agreement', a share), the mean negative log likelihood \
      of these tokens in both, and how many captions are the same when each writes its own.
      """,
    shouldDisplay: false)

  @Option(help: "Images with captions, as 'caption train' reads them.")
  var data: String

  @Option(help: "train, val or test.")
  var split = "val"

  @Flag(help: "As single photos are captioned, without matrices laid out for batches.")
  var single = false

  @OptionGroup var model: ModelOptions

  func run() async throws {
    try await Failure.exiting {
      guard let split = Split(named: split) else { throw EvaluationError.unknownSplit(name: split) }
      let log = Logger(label: "caption") { _ in StandardErrorLog() }
      let captioner = try model.load(log: log)
      let reference = try captioner.prepared(.f32, isBatch: true)
      let other = try captioner.prepared(model.precision, isBatch: !single)
      var comparison = Comparison(precision: model.precision.rawValue, isSingle: single)
      let photos = try await features(of: split, reference, log)
      let others = try await features(of: split, other, log)
      let hashes = (photos.images[split] ?? []).map(\.hash)
      try photos.cache.forEachBatch(of: hashes, size: 32) { part, known in
        let found = try others.cache.batch(hashes[part].map { ($0, false) })
        let sequences = try reference.sequences(known, options: reference.defaultOptions)
        let own = try other.sequences(found, options: other.defaultOptions)
        comparison.images += part.count
        comparison.sameCaptions += zip(sequences, own).count { reference.text(of: $0) == other.text(of: $1) }
        let tokens = sequences.map(\.tokens)
        comparison.add(
          try reference.reading(tokens, features: known).flatMap { $0 },
          try other.reading(tokens, features: found).flatMap { $0 })
      }
      try StandardOutput.write(StableJSON.line(comparison.summary) + "\n")
    }
  }

  private func features(of split: Split, _ captioner: Captioner, _ log: Logger) async throws -> DatasetFeatures {
    try await DatasetFeatures(
      NamedDataset(name: "data", path: data), split: split, options: DatasetShares.parse([]),
      extractor: captioner.extractor,
      store: ModelStore(), log: log, isQuiet: false)
  }
}

/// Sums over the tokens that were read so far.
private struct Comparison {
  let precision: String
  let isSingle: Bool
  var images = 0
  var sameCaptions = 0
  private var tokens = 0
  private var agreeing = 0
  private var referenceLoss = 0.0
  private var loss = 0.0

  init(precision: String, isSingle: Bool) {
    (self.precision, self.isSingle) = (precision, isSingle)
  }

  /// Adds readings of the same tokens by f32 and by the precision compared with it.
  mutating func add(_ reference: [TokenReading], _ other: [TokenReading]) {
    tokens += reference.count
    agreeing += zip(reference, other).count { $0.likeliest == $1.likeliest }
    referenceLoss -= reference.reduce(0) { $0 + $1.logProbability }
    loss -= other.reduce(0) { $0 + $1.logProbability }
  }

  struct Summary: Encodable {
    let precision: String
    let single: Bool
    let images, tokens, sameCaptions: Int
    let agreement, loss, lossInF32: Double
  }

  var summary: Summary {
    let count = Double(max(tokens, 1))
    return Summary(
      precision: precision, single: isSingle, images: images, tokens: tokens, sameCaptions: sameCaptions,
      agreement: Double(agreeing) / count, loss: loss / count, lossInF32: referenceLoss / count)
  }
}
