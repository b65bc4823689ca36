import Captioning
import Datasets
import ImageEncoding
import Logging
import ModelFiles

/// The images of a dataset in some splits, with their features in the cache.
struct DatasetFeatures {
  struct Image {
    let image: CaptionedImage
    let hash: FileHash
  }

  let images: [Split: [Image]]
  let cache: FeatureCaches

  /// - Parameters:
  ///   - cache: the cache of the extractor's features.
  ///   - wanted: chooses among the images of a split, by index; only these are encoded.
  /// - Throws: `DatasetError`, `FeatureCacheError`, `CancellationError`.
  init(
    _ dataset: SplitDataset, splits: [Split], flips: Bool = false, extractor: ImageFeatureExtractor,
    cache: FeatureCaches, budget: DamageBudget, log: Logger, isQuiet: Bool,
    choosing wanted: ([Int], Split) -> [Int] = { places, _ in places }
  ) async throws {
    let (digested, assignment) = (dataset.digested, dataset.assignment)
    let places = splits.flatMap { split in
      wanted(assignment.indices(of: split), split).map { (split: split, index: $0) }
    }
    self.cache = cache
    let extraction = FeatureExtraction(extractor: extractor, decoder: ImageDecoder(), cache: cache, flips: flips)
    let all = digested.dataset.images
    let result = try await Self.run(extraction, places.map { all[$0.index] }, isQuiet: isQuiet)
    let damaged = digested.dataset.damaged + result.damaged.map { DamagedSample(name: $0.name, reason: $0.reason) }
    try budget.check(damaged, of: all.count + digested.dataset.damaged.count)
    for sample in damaged { log.warning("left out: \(sample)") }
    var images: [Split: [Image]] = [:]
    for (place, hash) in zip(places, result.hashes) {
      if let hash { images[place.split, default: []].append(Image(image: all[place.index], hash: hash)) }
    }
    self.images = images
  }

  /// One split of a dataset that is not used for learning.
  ///
  /// - Parameter options: only their shares of damage and validation are used.
  init(
    _ named: NamedDataset, split: Split, options: DatasetShares, extractor: ImageFeatureExtractor, store: ModelStore,
    log: Logger, isQuiet: Bool
  ) async throws {
    let budget = DamageBudget(maximumShare: options.maxBad)
    let dataset = try SplitDataset(
      named, splits: [split], validation: options.validation, budget: budget, log: log)
    let cache = try extractor.cache(in: store, decoder: ImageDecoder())
    try await self.init(
      dataset, splits: [split], extractor: extractor, cache: cache, budget: budget, log: log, isQuiet: isQuiet)
  }

  /// Computes what the extraction's cache lacks of these images.
  static func run(
    _ extraction: FeatureExtraction, _ images: [CaptionedImage], isQuiet: Bool
  ) async throws -> FeatureExtractionResult {
    let inputs = images.map { image in ImageInput(name: image.name) { try image.image.bytes() } }
    defer { LiveLine.clear() }
    return try await extraction.run(inputs) { progress in
      guard !isQuiet, Terminal.redraws, progress.encoded > 0 else { return }
      let speed = Int(progress.imagesPerSecond.rounded())
      LiveLine.redraw("caption: features of \(progress.done)/\(progress.total) photos, \(speed) a second")
    }
  }
}
