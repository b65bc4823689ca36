import Captioning
import Datasets
import Foundation
import ImageEncoding
import Logging
import ModelFiles
import TextDecoding
import Training

/// A dataset made ready: features computed, captions in tokens, photos in their splits.
struct TrainingExamples {
  var train: [TrainingExample] = []
  var validation: [TrainingExample] = []
  /// Where the validation photos are, in the order of `validation`.
  var validationImages: [ImageLocation] = []
  let cache: FeatureCache

  /// - Throws: `DatasetError`, `FeatureCacheError`, `TrainingError`, `CancellationError`.
  static func prepare(
    _ options: TrainingDataOptions, extractor: ImageFeatureExtractor, captioner: Captioner, store: ModelStore,
    log: Logger, isQuiet: Bool
  ) async throws -> TrainingExamples {
    let dataset = try CaptionDataset(path: options.data, imageDirectory: options.images)
    let digested = try DigestedDataset(reading: dataset)
    let budget = DamageBudget(maximumShare: options.maxBad)
    try budget.check(digested.dataset)
    let assignment = SplitAssignment(digested, validation: options.validation)
    log.info(
      "\(options.data): \(dataset.format), \(assignment.indices(of: .train).count) photos to train, \(assignment.indices(of: .validation).count) to validate"
    )
    for duplicate in assignment.duplicatesAcrossSplits.prefix(5) {
      log.warning("the same photo is in several splits: \(duplicate.names.joined(separator: ", "))")
    }
    let train = chosen(assignment.indices(of: .train), digested, limit: options.limit)
    let validation = assignment.indices(of: .validation)

    let decoder = ImageDecoder()
    let cache = try extractor.cache(in: store, decoder: decoder)
    let extraction = FeatureExtraction(
      extractor: extractor, decoder: decoder, cache: cache, flips: options.augment == .flip)
    let images = digested.dataset.images
    let wanted = train + validation
    let result = try await extract(extraction, wanted.map { images[$0] }, isQuiet: isQuiet)
    let damaged =
      digested.dataset.damaged + result.damaged.map { DamagedSample(name: $0.name, reason: $0.reason) }
    try budget.check(damaged, of: images.count + digested.dataset.damaged.count)
    for sample in damaged { log.warning("left out: \(sample)") }

    var examples = TrainingExamples(cache: cache)
    let tokens = CaptionTokens(captioner: captioner, cleaning: options.clean, longest: options.maxCaptionTokens)
    var tooLong = 0
    for (place, index) in wanted.enumerated() {
      guard let hash = result.hashes[place] else { continue }
      let image = images[index]
      let all = image.captions.map { tokens($0) }
      let captions = all.compactMap { $0 }
      tooLong += all.count - captions.count
      if captions.isEmpty { continue }
      let example = TrainingExample(name: image.name, image: hash, captions: captions, references: image.captions)
      if place < train.count {
        examples.train.append(example)
      } else {
        examples.validation.append(example)
        examples.validationImages.append(image.image)
      }
    }
    if tooLong > 0 { log.info("\(tooLong) captions of more than \(options.maxCaptionTokens) tokens are left out") }
    if examples.train.isEmpty { throw TrainingError.noExamples(split: "training") }
    if examples.validation.isEmpty { throw TrainingError.noExamples(split: "validation") }
    return examples
  }

  /// The first `limit` by hash: for every limit the same photos, the fewer among the more.
  private static func chosen(_ indices: [Int], _ digested: DigestedDataset, limit: Int) -> [Int] {
    guard limit > 0, limit < indices.count else { return indices }
    let byHash = indices.sorted { digested.digests[$0].description < digested.digests[$1].description }
    return byHash.prefix(limit).sorted()
  }

  private static func extract(
    _ extraction: FeatureExtraction, _ images: [CaptionedImage], isQuiet: Bool
  ) async throws -> FeatureExtractionResult {
    let inputs = images.map { image in ImageInput(name: image.name) { try image.image.bytes() } }
    defer { LiveLine.clear() }
    return try await extraction.run(inputs) { progress in
      guard !isQuiet, Terminal.isStandardErrorTerminal, progress.encoded > 0 else { return }
      LiveLine.redraw(
        "caption: features of \(progress.done)/\(progress.total) photos, \(Int(progress.imagesPerSecond.rounded())) a second"
      )
    }
  }

  /// SHA-256 over all that is learnt from, in order.
  var fingerprint: String {
    var text = ""
    for (name, examples) in [("train", train), ("validation", validation)] {
      text += "\(name)\n"
      for example in examples { text += "\(example.image) \(example.captions)\n" }
    }
    return FileHash.hash(of: Array(text.utf8)).hexadecimal
  }
}

/// Captions as the decoder shall write them.
struct CaptionTokens {
  let captioner: Captioner
  let cleaning: CaptionCleaning
  let longest: Int

  /// `nil` where there are more tokens than wanted.
  func callAsFunction(_ caption: String) -> [Int]? {
    let decoder = captioner.manifest.decoder
    // A caption is text: what looks like a control token in it is spelt out.
    let tokens = captioner.tokenizer.encode(cleaning(caption), parsingSpecialTokens: false)
    guard !tokens.isEmpty, tokens.count <= longest else { return nil }
    return decoder.startTokens.suffix(1) + tokens + decoder.stopTokens.prefix(1)
  }
}
