import Captioning
import Datasets
import ImageEncoding
import Logging
import ModelFiles
import Training

/// All datasets of a run, with the features of their photos in one cache.
struct TrainingDatasets {
  let sets: [(named: NamedDataset, features: DatasetFeatures)]
  let cache: FeatureCaches
  /// The caches of variants of the training photos, in the variants' order.
  let variantCaches: [FeatureCaches]

  /// - Throws: `DatasetError`, `FeatureCacheError`, `CancellationError`, `ValidationError`.
  init(
    _ command: TrainCommand, extractor: ImageFeatureExtractor, store: ModelStore, log: Logger
  ) async throws {
    let options = command.dataset
    let budget = DamageBudget(maximumShare: options.shares.maxBad)
    let datasets = try options.datasets.map {
      try SplitDataset(
        $0, splits: [.train, .validation], validation: options.shares.validation, budget: budget, log: log)
    }
    cache = try extractor.cache(in: store, decoder: ImageDecoder())
    let decoders = command.data.variants.map { variant in
      var options = ImageDecoder.Options()
      options.augmentation = variant
      return ImageDecoder(options: options)
    }
    variantCaches = try decoders.map { try extractor.cache(in: store, decoder: $0) }
    var sets: [(NamedDataset, DatasetFeatures)] = []
    for (index, dataset) in datasets.enumerated() {
      let held = dataset.trainingPhotosHeldOut(by: datasets.enumerated().filter { $0.offset != index }.map(\.element))
      Self.warn(of: held, in: dataset, log: log)
      let features = try await DatasetFeatures(
        dataset, splits: [.train, .validation], flips: command.data.augment.kinds.contains(.flip), extractor: extractor,
        cache: cache, budget: budget, log: log, isQuiet: command.quiet
      ) { places, split in
        guard split == .train else { return places }
        if dataset.named.weight == 0 { return [] }
        return TrainingExamples.chosen(
          places.filter { !held.contains($0) }, dataset.digested, limit: command.data.limit)
      }
      for (decoder, cache) in zip(decoders, variantCaches) {
        let extraction = FeatureExtraction(extractor: extractor, decoder: decoder, cache: cache)
        let images = (features.images[.train] ?? []).map(\.image)
        _ = try await DatasetFeatures.run(extraction, images, isQuiet: command.quiet)
      }
      sets.append((dataset.named, features))
    }
    self.sets = sets
  }

  private static func warn(of held: Set<Int>, in dataset: SplitDataset, log: Logger) {
    guard let first = held.min(), dataset.named.weight > 0 else { return }
    let name = dataset.digested.dataset.images[first].name
    let photos = held.count == 1 ? "the photo \(name)" : "\(held.count) photos, such as \(name),"
    log.warning(
      "\(dataset.named.name): not learnt from \(photos) since another dataset keeps \(held.count == 1 ? "it" : "them") for validation or test"
    )
  }
}
