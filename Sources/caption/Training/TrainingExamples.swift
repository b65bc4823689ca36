import Captioning
import Datasets
import Foundation
import ImageEncoding
import Logging
import ModelFiles
import TextDecoding
import Training

/// Datasets, prepared: features computed, captions in tokens, photos in their splits.
struct TrainingExamples {
  struct Dataset {
    let name: String
    let weight: Double
    let train: [TrainingExample]
    let validation: [TrainingExample]
    /// The locations of the validation photos, in the order of `validation`.
    let validationImages: [ImageLocation]
  }

  let datasets: [Dataset]
  let cache: FeatureCaches
  /// The caches of variants of the training photos.
  let variantCaches: [FeatureCaches]

  /// The training examples of all datasets, in their order.
  var train: [TrainingExample] { datasets.flatMap(\.train) }
  var validation: [TrainingExample] { datasets.flatMap(\.validation) }

  /// The datasets that have validation photos.
  var validated: [Dataset] { datasets.filter { !$0.validation.isEmpty } }

  /// - Parameter validation: the share to validate with; where it is 0, there need be no validation photos.
  /// - Throws: `TrainingError.noExamples`.
  init(
    _ data: TrainingDatasets, options: TrainingDataOptions, validation share: Percentage, bases: CaptionerBases,
    log: Logger
  ) throws {
    cache = data.cache
    variantCaches = data.variantCaches
    datasets = data.sets.map { set in
      func examples(_ split: Split, named name: String, longest: Int) -> [(TrainingExample, ImageLocation)] {
        let tokens = CaptionTokens(bases: bases, cleaning: options.clean, longest: longest)
        var tooLong = 0
        let examples: [(TrainingExample, ImageLocation)] = (set.features.images[split] ?? []).compactMap { item in
          let all = item.image.captions.map { tokens($0) }
          let captions = all.compactMap { $0 }
          tooLong += all.count - captions.count
          if captions.isEmpty { return nil }
          let example = TrainingExample(
            name: item.image.name, image: item.hash, captions: captions, references: item.image.captions)
          return (example, item.image.image)
        }
        if tooLong > 0 { log.info("\(tooLong) \(name) captions of more than \(longest) tokens are left out") }
        return examples
      }
      // Validation uses all captions, so that runs which learn from shorter captions can be compared with others.
      let held = examples(.validation, named: "validation", longest: TrainingDataOptions.longestCaption)
      return Dataset(
        name: set.named.name, weight: set.named.weight,
        train: examples(.train, named: "training", longest: options.maxCaptionTokens).map(\.0),
        validation: held.map(\.0), validationImages: held.map(\.1))
    }
    let kind = "image with captions"
    if train.isEmpty { throw TrainingError.noExamples(split: "training", kind: kind) }
    if validation.isEmpty, share.share > 0 { throw TrainingError.noExamples(split: "validation", kind: kind) }
  }

  /// The plan's description of each of several datasets.
  var plannedDatasets: [TrainingPlan.Dataset]? {
    guard datasets.count > 1 else { return nil }
    return datasets.map { set in
      var planned = TrainingPlan.Dataset(name: set.name, weight: set.weight)
      planned.trainImages = set.train.count
      planned.trainCaptions = set.train.reduce(0) { $0 + $1.captions.count }
      planned.validationImages = set.validation.count
      return planned
    }
  }

  /// The first `limit` by hash: a smaller limit chooses a subset of what a larger one does.
  static func chosen(_ indices: [Int], _ digested: DigestedDataset, limit: Int) -> [Int] {
    guard limit > 0, limit < indices.count else { return indices }
    let byHash = indices.sorted { digested.digests[$0].description < digested.digests[$1].description }
    return byHash.prefix(limit).sorted()
  }

  /// The SHA-256 of all that is learnt from, in order.
  var fingerprint: String {
    var text = ""
    for (name, examples) in [("train", train), ("validation", validation)] {
      text += "\(name)\n"
      for example in examples { text += "\(example.image) \(example.captions)\n" }
    }
    return FileHash.hash(of: Array(text.utf8)).hexadecimal
  }
}

/// Captions as the decoder is to write them.
struct CaptionTokens {
  let bases: CaptionerBases
  let cleaning: CaptionCleaning
  let longest: Int

  /// `nil` where there are more tokens than allowed.
  func callAsFunction(_ caption: String) -> [Int]? {
    let decoder = bases.decoderSettings
    // A caption is text: control tokens in it are encoded as ordinary text.
    let tokens = bases.tokenizer.encode(cleaning(caption), parsingSpecialTokens: false)
    guard !tokens.isEmpty, tokens.count <= longest else { return nil }
    return decoder.startTokens.suffix(1) + tokens + decoder.stopTokens.prefix(1)
  }
}
