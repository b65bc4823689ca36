import TextDecoding

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How far a captioner's captions can be trusted: fitted by `caption calibrate`, kept beside the mapper.
///
/// Two things are told from an image's pooled features: how far it lies from the training photos, and on which side of photos
/// and other images. From these and the probabilities of the caption's tokens, a logistic regression makes the probability that
/// the caption is right.
package struct ConfidenceModel: Sendable, Equatable {
  /// One for each pooled vector of the extractor.
  var distributions: [FeatureDistribution]
  /// What has a lower `PhotoView.photoScore` is no photo.
  package internal(set) var photoThreshold: Double
  var correctness: LogisticRegression

  /// Widths of the pooled vectors.
  var widths: [Int] { distributions.map(\.width) }

  /// - Parameter vectors: an image's pooled vectors, of `widths`.
  func view(of vectors: [[Float]]) -> PhotoView {
    let pairs = zip(distributions, vectors).map { ($0, $0.standardised($1)) }
    let count = Double(max(pairs.count, 1))
    let novelties = pairs.map { $0.0.novelty($0.1) }
    // Without other images to learn from, what is new is no photo.
    let scores = zip(pairs, novelties).map { pair, novelty in pair.0.photoScore(pair.1) ?? -novelty }
    return PhotoView(novelty: novelties.reduce(0, +) / count, photoScore: scores.reduce(0, +) / count)
  }

  func isPhoto(_ view: PhotoView) -> Bool { view.photoScore >= photoThreshold }

  /// What the probability that a caption is right is told from.
  ///
  /// - Parameter tokens: log-probabilities of the caption's tokens, at least one.
  func numbers(tokens: [Double], view: PhotoView) -> [Double] {
    let beginning = tokens.prefix(4)
    return [
      tokens.reduce(0, +) / Double(tokens.count), tokens.min() ?? 0,
      beginning.reduce(0, +) / Double(beginning.count), log(Double(tokens.count)), view.novelty,
      // Among photos it tells nothing more.
      min(view.photoScore - photoThreshold, 0),
    ]
  }

  /// How many numbers `numbers` gives.
  static let numberCount = 6

  /// The probability that the caption is right.
  func confidence(tokens: [Double], view: PhotoView) -> Double {
    correctness.probability(numbers(tokens: tokens, view: view))
  }
}
