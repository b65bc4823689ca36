package import CaptionMetrics
import ModelFiles
package import PrefixMapping
import Tensors
package import TextDecoding

/// Measures how good a mapper is on photos that it did not learn from.
package struct Validator: Sendable {
  package let examples: [TrainingExample]
  private let features: any FeatureSource
  private let tokenizer: any Tokenizer
  private let startTokens: [Int]
  private let options: GenerationOptions
  private let lossExamples: Int
  private let scorer: CaptionScorer?

  /// The number of photos that are captioned at a time.
  private static let batchSize = 64

  /// - Parameters:
  ///   - examples: the validation split, in a fixed order.
  ///   - settings: says how many of them give the loss, and how many are captioned.
  ///   - options: how captions are generated.
  /// - Throws: `CaptionMetricsError` where no score can be computed from the references.
  package init(
    examples: [TrainingExample], features: any FeatureSource, settings: TrainingPlan.Validation,
    tokenizer: any Tokenizer, startTokens: [Int], options: GenerationOptions
  ) throws(CaptionMetricsError) {
    let scored = settings.scoredImages < 0 ? 0 : settings.scoredImages == 0 ? examples.count : settings.scoredImages
    self.examples = examples
    self.features = features
    self.tokenizer = tokenizer
    self.startTokens = startTokens
    self.options = options
    lossExamples = min(settings.lossImages, examples.count)
    // Numbered, since one photo may occur under several names.
    let references = examples.prefix(scored).enumerated().map { index, example in
      (id: "\(index + 1), \(example.name),", captions: example.references)
    }
    scorer = references.isEmpty ? nil : try CaptionScorer(references: references)
  }

  /// The mean loss over the tokens of the first caption of each of the first photos, without dropout and label
  /// smoothing.
  package func loss(_ trainer: MapperTrainer, parameters: ParameterSet) throws -> Double {
    var (sum, count) = (0.0, 0)
    for batch in slices(of: lossExamples) {
      try Task.checkCancellation()
      let captions = PackedCaptions(examples[batch].map { ($0, [0]) })
      let loss = try trainer.loss(
        TrainingBatch(features: read(batch), captions: captions), parameters: parameters, labelSmoothing: 0)
      sum += loss * Double(captions.targets.count)
      count += captions.targets.count
    }
    return sum / Double(max(count, 1))
  }

  /// Captions of the scored photos, in order, and their scores; `nil` where none are wanted.
  package func scores(
    _ mapper: Mapper, decoder: any TextDecoder
  ) throws -> (captions: [String], scores: CaptionScores)? {
    guard let scorer else { return nil }
    let captions = try captions(mapper, decoder: decoder, count: scorer.ids.count)
    return (captions, try scorer.scores(candidates: captions))
  }

  /// Captions of the first photos.
  package func captions(_ mapper: Mapper, decoder: any TextDecoder, count: Int) throws -> [String] {
    return try slices(of: count).flatMap { batch in
      try Task.checkCancellation()
      return try decoder.generate(
        from: mapper.prefixes(read(batch), decoder: decoder), startTokens: examples[batch].map(startTokens(of:)),
        options: options
      )
      .map { tokenizer.caption(of: $0) }
    }
  }

  /// The given tokens of a text task; otherwise the tokens that all captions begin with.
  private func startTokens(of example: TrainingExample) -> [Int] {
    example.given.map { Array(example.captions[0].prefix($0[0])) } ?? startTokens
  }

  private func slices(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: min(count, examples.count), by: Self.batchSize)
      .map { $0..<min($0 + Self.batchSize, count, examples.count) }
  }

  private func read(_ range: Range<Int>) throws -> Tensor {
    try features.batch(examples[range].map { ($0.image, false) })
  }
}
