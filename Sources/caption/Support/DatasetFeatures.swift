import Captioning
import Datasets
import ImageEncoding
import Logging
import ModelFiles

/// A dataset's images of some splits with their features in the cache.
struct DatasetFeatures {
  struct Image {
    let image: CaptionedImage
    let hash: FileHash
  }

  let images: [Split: [Image]]
  let cache: FeatureCaches

  /// - Parameters:
  ///   - wanted: chooses among the images of a split, by their places; only these are encoded.
  /// - Throws: `DatasetError`, `FeatureCacheError`, `CancellationError`.
  init(
    _ options: DatasetOptions, splits: [Split], flips: Bool = false, extractor: ImageFeatureExtractor,
    store: ModelStore, log: Logger, isQuiet: Bool,
    choosing wanted: ([Int], DigestedDataset, Split) -> [Int] = { places, _, _ in places }
  ) async throws {
    let digested = try DigestedDataset(reading: CaptionDataset(path: options.data, imageDirectory: options.images))
    let budget = DamageBudget(maximumShare: options.maxBad)
    try budget.check(digested.dataset)
    let assignment = SplitAssignment(digested, validation: options.validation)
    let counts = splits.map { "\(assignment.indices(of: $0).count) for \($0.rawValue)" }
    log.info("\(options.data): \(digested.dataset.format), photos: \(counts.joined(separator: ", "))")
    for duplicate in assignment.duplicatesAcrossSplits.prefix(5) {
      log.warning("the same photo is in several splits: \(duplicate.names.joined(separator: ", "))")
    }
    let places = splits.flatMap { split in
      wanted(assignment.indices(of: split), digested, split).map { (split: split, index: $0) }
    }
    let decoder = ImageDecoder()
    cache = try extractor.cache(in: store, decoder: decoder)
    let extraction = FeatureExtraction(extractor: extractor, decoder: decoder, cache: cache, flips: flips)
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

  private static func run(
    _ extraction: FeatureExtraction, _ images: [CaptionedImage], isQuiet: Bool
  ) async throws -> FeatureExtractionResult {
    let inputs = images.map { image in ImageInput(name: image.name) { try image.image.bytes() } }
    defer { LiveLine.clear() }
    return try await extraction.run(inputs) { progress in
      guard !isQuiet, Terminal.isStandardErrorTerminal, progress.encoded > 0 else { return }
      let speed = Int(progress.imagesPerSecond.rounded())
      LiveLine.redraw("caption: features of \(progress.done)/\(progress.total) photos, \(speed) a second")
    }
  }
}
