import ArgumentParser
import CaptionMetrics
import Captioning
import Datasets
import ImageEncoding
import Logging
import ModelFiles
import Tensors
import TextDecoding
import Training

/// The data with which a captioner is calibrated.
struct CalibrationData {
  /// The pooled vectors of training photos.
  var training: [[[Float]]] = []
  /// Captioned validation photos to fit with: the first of every two; the second is to report on.
  var fitted: [ConfidenceFitting.Example] = []
  var reported: [ConfidenceFitting.Example] = []
  /// The pooled vectors of photos to report on: those of `reported`, and the test photos.
  var photos: [[[Float]]] = []
  /// Captioned images that are no photos, by kind.
  var otherFitted: [String: [ConfidenceFitting.Example]] = [:]
  var otherReported: [String: [ConfidenceFitting.Example]] = [:]

  private static let batchSize = 64

  /// Adds a dataset.
  ///
  /// - Throws: `DatasetError`, `FeatureCacheError`, `DecodingError`, `CaptionMetricsError`.
  mutating func add(
    _ named: NamedDataset, by captioner: Captioner, _ command: CalibrateCommand, log: Logger
  ) async throws {
    // Parsed, since options that were never parsed have no values, not even their defaults.
    let shares = try DatasetShares.parse([])
    let budget = DamageBudget(maximumShare: shares.maxBad)
    let splits = Split.allCases
    let dataset = try SplitDataset(named, splits: splits, validation: shares.validation, budget: budget, log: log)
    let cache = try captioner.extractor.cache(in: ModelStore(), decoder: ImageDecoder())
    let limit = command.trainingPhotos
    let features = try await DatasetFeatures(
      dataset, splits: splits, extractor: captioner.extractor, cache: cache, budget: budget, log: log, isQuiet: false
    ) { places, split in split == .train ? Self.evenly(places, limit) : places }
    func forEachBatch(of images: [DatasetFeatures.Image], _ body: (Tensor) throws -> Void) throws {
      try features.cache.forEachBatch(of: images.map(\.hash), size: Self.batchSize) { try body($1) }
    }
    try forEachBatch(of: features.images[.train] ?? []) { batch in
      training += captioner.extractor.pooledVectors(of: batch)
    }
    try forEachBatch(of: features.images[.test] ?? []) { batch in
      photos += captioner.extractor.pooledVectors(of: batch)
    }
    let validation = features.images[.validation] ?? []
    if validation.isEmpty { return }
    var captioned: [CaptionedExample] = []
    try forEachBatch(of: validation) { batch in captioned += try Self.captions(of: batch, by: captioner) }
    let scores = try captionScores(
      zip(validation, captioned).map { photo, caption in
        ScoredCaption(id: photo.image.name, candidate: caption.text, references: photo.image.captions)
      })
    for (index, (caption, score)) in zip(captioned, scores.perImage).enumerated() {
      let example = ConfidenceFitting.Example(
        vectors: caption.vectors, tokens: caption.tokens, isRight: score.cider >= command.rightCider)
      if index.isMultiple(of: 2) {
        fitted.append(example)
      } else {
        reported.append(example)
        photos.append(example.vectors)
      }
    }
  }

  /// Adds images that are no photos. The directory of an image is its kind; of every four of a kind, in the order of
  /// their names, two are fitted with.
  ///
  /// - Throws: `CalibrationError`, `FileSystemError`, `FeatureCacheError`, `DecodingError`.
  mutating func addNonPhotos(_ directory: String, by captioner: Captioner, log: Logger) async throws {
    let files = try Self.files(below: directory)
    let decoder = ImageDecoder()
    let cache = try captioner.extractor.cache(in: ModelStore(), decoder: decoder)
    let inputs = files.map { file in
      ImageInput(name: file) { try ImageFile.read(path: file, limit: decoder.options.maximumFileBytes) }
    }
    let result = try await FeatureExtraction(extractor: captioner.extractor, decoder: decoder, cache: cache).run(inputs)
    for problem in result.damaged { log.warning("left out: \(problem.name): \(problem.reason)") }
    let images = zip(files, result.hashes).compactMap { file, hash in hash.map { (file: file, hash: $0) } }
    guard images.count >= 4 else {
      throw CalibrationError.tooFewNonPhotos(directory: directory, found: images.count)
    }
    var places: [String: Int] = [:]
    try cache.forEachBatch(of: images.map(\.hash), size: Self.batchSize) { part, batch in
      for (image, caption) in zip(images[part], try Self.captions(of: batch, by: captioner)) {
        let kind = Path.name(Path.parent(image.file))
        let place = places[kind, default: 0]
        places[kind] = place + 1
        let example = ConfidenceFitting.Example(vectors: caption.vectors, tokens: caption.tokens, isRight: false)
        if place / 2 % 2 == 0 {
          otherFitted[kind, default: []].append(example)
        } else {
          otherReported[kind, default: []].append(example)
        }
      }
    }
  }

  private struct CaptionedExample {
    let text: String
    let tokens: [Double]
    let vectors: [[Float]]
  }

  private static func captions(of features: Tensor, by captioner: Captioner) throws -> [CaptionedExample] {
    let sequences = try captioner.sequences(features, options: captioner.defaultOptions)
    return zip(sequences, captioner.extractor.pooledVectors(of: features)).map { sequence, vectors in
      CaptionedExample(
        text: captioner.text(of: sequence), tokens: sequence.tokenLogProbabilities, vectors: vectors)
    }
  }

  /// At most `count` of them, evenly spaced over the whole list.
  private static func evenly(_ places: [Int], _ count: Int) -> [Int] {
    places.count <= count ? places : (0..<count).map { places[$0 * places.count / count] }
  }

  /// The files below a directory, in the order of their names.
  private static func files(below directory: String) throws -> [String] {
    try FileSystem.names(in: directory).sorted().flatMap { name -> [String] in
      let path = Path.join(directory, name)
      if FileSystem.isDirectory(path) { return try files(below: path) }
      return name.hasPrefix(".") ? [] : [path]
    }
  }
}
