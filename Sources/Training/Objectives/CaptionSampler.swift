import CaptionMetrics
import PrefixMapping
import Tensors
import TextDecoding

/// Draws captions of photos and rewards them.
package struct CaptionSampler: Sendable {
  let decoder: any TextDecoder
  let tokenizer: any Tokenizer
  let startTokens: [Int]
  /// The captioner's options; their strategy is not used.
  let options: GenerationOptions
  let reward: CIDErReward
  let samplesPerPhoto: Int
  let seed: UInt64

  /// The result for a batch.
  package struct Draw: Sendable {
    package let captions: SampledCaptions
    /// The sum of the log-probabilities of all drawn tokens, by the decoder that drew them.
    package let logProbability: Double
    /// The number of captions that were cut at the maximum length.
    let cutCount: Int
  }

  /// Draws from the model's own distribution, at temperature 1. The result depends on the seed, the batch's number and
  /// the mapper alone.
  ///
  /// - Parameters:
  ///   - batch: the batch with the features of its photos.
  ///   - examples: the indices of its photos among the reward's images.
  ///   - number: the number of the batch in the run, from 0.
  ///   - mapper: the mapper in its present state of training.
  ///   - dropout: the dropout with which the captions will be learnt from, so that drawing and learning have the same
  ///     distribution.
  /// - Throws: `DecodingError`, `GenerationError`.
  func draw(
    _ batch: TrainingBatch, examples: [Int], number: Int, mapper: Mapper, dropout: Dropout
  ) throws -> Draw {
    var options = options
    options.strategy = .sample(temperature: 1, seed: seed ^ 0x5C57_C1DE)
    let prefixes = try mapper.prefixes(batch.features, decoder: decoder, dropout: dropout)
    let rows = prefixes.flatMap { Array(repeating: $0, count: samplesPerPhoto) }
    let sequences = try decoder.generate(
      from: rows, startTokens: rows.map { _ in startTokens }, options: options,
      rowSeeds: rows.indices.map { UInt64(number) << 32 | UInt64($0) })
    let ofPhotos = examples.indices.map { sequences[$0 * samplesPerPhoto..<($0 + 1) * samplesPerPhoto] }
    let rewards = zip(examples, ofPhotos).map { example, sequences in
      reward.scores(
        of: sequences.map { .init(text: tokenizer.caption(of: $0), isComplete: $0.finishReason == .stopToken) },
        image: example)
    }
    return Draw(
      captions: SampledCaptions(
        tokens: ofPhotos.map { $0.map { startTokens + $0.tokens } }, given: startTokens.count, rewards: rewards),
      logProbability: sequences.reduce(0) { $0 + $1.logProbability },
      cutCount: sequences.count { $0.finishReason != .stopToken })
  }
}
