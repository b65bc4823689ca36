import ArgumentParser
import CaptionMetrics
import Captioning
import Datasets
import Logging
import ModelFiles
import Tensors
import TextDecoding
import Training

/// Captions the photos of datasets, and scores the captions of each dataset.
struct DatasetEvaluation {
  let datasets: [NamedDataset]
  let split: String?
  let saveTo: String?
  let certainty: CertaintyPolicy

  /// - Throws: `DatasetError`, `EvaluationError`, and what captioning throws.
  func run(model: ModelOptions, wording: WordingOptions) async throws -> [(name: String, evaluation: Evaluation)] {
    guard let split = Split(named: split ?? "val") else { throw EvaluationError.unknownSplit(name: split ?? "") }
    let log = Logger(label: "caption") { _ in StandardErrorLog() }
    var captioner = try model.load(log: log).prepared(model.precision, isBatch: true)
    captioner.certainty = certainty
    let options = try wording.options(for: captioner)
    // Parsed, since options that were never parsed have no values, not even their defaults.
    let shares = try DatasetShares.parse([])
    var evaluations: [(name: String, evaluation: Evaluation)] = []
    var saved: [CaptionLines.Line] = []
    for dataset in datasets {
      let features = try await DatasetFeatures(
        dataset, split: split, options: shares, extractor: captioner.extractor, store: ModelStore(), log: log,
        isQuiet: false)
      let photos = features.images[split] ?? []
      if photos.isEmpty { throw EvaluationError.noImagesInSplit(path: dataset.path, split: split.rawValue) }
      let captions = try captions(of: photos, captioner, options, features.cache)
      let name = datasets.count > 1 ? dataset.name : nil
      saved += zip(photos, captions).map { .init(dataset: name, file_name: $0.image.name, caption: $1.text) }
      let scored = zip(photos, captions).map { photo, caption in
        ScoredCaption(
          id: photo.image.name, candidate: caption.text, references: photo.image.captions, labels: photo.image.labels)
      }
      let unsure = zip(photos, captions).filter { !$0.1.isSure }.map(\.0.image.name)
      evaluations.append((dataset.name, try Evaluation(scored, unsure: Set(unsure))))
    }
    if let saveTo { try CaptionLines.write(saved, to: saveTo) }
    return evaluations
  }

  private struct Caption {
    let text: String
    let isSure: Bool
  }

  private func captions(
    of photos: [DatasetFeatures.Image], _ captioner: Captioner, _ options: GenerationOptions, _ cache: FeatureCaches
  ) throws -> [Caption] {
    var captions: [Caption] = []
    // As many rows at once as keep the processor busy; each beam is a row.
    let batchSize = if case .beam(let width, _, _, _) = options.strategy { max(1, 64 / width) } else { 64 }
    defer { LiveLine.clear() }
    try cache.forEachBatch(of: photos.map(\.hash), size: batchSize) { _, features in
      captions += zip(try captioner.sequences(features, options: options), captioner.views(of: features)).map {
        Caption(
          text: captioner.text(of: $0), isSure: captioner.judgement(of: $0, view: $1).reason == nil)
      }
      if Terminal.redraws { LiveLine.redraw("caption: captioned \(captions.count)/\(photos.count)") }
    }
    return captions
  }
}
