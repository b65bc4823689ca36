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
/// Two numbers come from an image's pooled features: its distance from the training photos, and its score as a photo
/// rather than another image. From these and the probabilities of the caption's tokens, a logistic regression computes
/// the probability that the caption is right.
package struct ConfidenceModel: Sendable, Equatable {
  /// The distributions, one for each pooled vector of the extractor.
  var distributions: [FeatureDistribution]
  /// An image with a lower `PhotoView.photoScore` is not a photo.
  package internal(set) var photoThreshold: Double
  var correctness: LogisticRegression

  /// The widths of the pooled vectors.
  var widths: [Int] { distributions.map(\.width) }

  /// - Parameter vectors: an image's pooled vectors, of the widths `widths`.
  func view(of vectors: [[Float]]) -> PhotoView {
    let pairs = zip(distributions, vectors).map { ($0, $0.standardised($1)) }
    let count = Double(max(pairs.count, 1))
    let novelties = pairs.map { $0.0.novelty($0.1) }
    // Without other images to learn from, novel images are not photos.
    let scores = zip(pairs, novelties).map { pair, novelty in pair.0.photoScore(pair.1) ?? -novelty }
    return PhotoView(novelty: novelties.reduce(0, +) / count, photoScore: scores.reduce(0, +) / count)
  }

  func isPhoto(_ view: PhotoView) -> Bool { view.photoScore >= photoThreshold }

  /// The numbers from which the probability that a caption is right is computed.
  ///
  /// - Parameter tokens: the log-probabilities of the caption's tokens, at least one.
  func numbers(tokens: [Double], view: PhotoView) -> [Double] {
    let beginning = tokens.prefix(4)
    return [
      tokens.reduce(0, +) / Double(tokens.count), tokens.min() ?? 0,
      beginning.reduce(0, +) / Double(beginning.count), log(Double(tokens.count)), view.novelty,
      // Among photos the score carries no further information.
      min(view.photoScore - photoThreshold, 0),
    ]
  }

  /// The count of numbers that `numbers` returns.
  static let numberCount = 6

  /// The probability that the caption is right.
  func confidence(tokens: [Double], view: PhotoView) -> Double {
    correctness.probability(numbers(tokens: tokens, view: view))
  }
}
