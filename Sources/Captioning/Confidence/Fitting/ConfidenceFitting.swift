/// Fits a `ConfidenceModel`: distributions to the training photos, the rest to photos and other images whose captions are known
/// to be right or wrong.
package struct ConfidenceFitting: Sendable {
  /// An image with its caption.
  package struct Example: Sendable {
    /// Its pooled vectors.
    package let vectors: [[Float]]
    /// Of the caption's tokens.
    package let tokens: [Double]
    /// Whether the caption says what people say.
    package let isRight: Bool

    package init(vectors: [[Float]], tokens: [Double], isRight: Bool) {
      (self.vectors, self.tokens, self.isRight) = (vectors, tokens, isRight)
    }
  }

  /// A file of this many bytes at the most: all vectors are halves.
  private static let byteLimit = 96_000
  private static let largestRank = 32

  private let moments: [FeatureMoments]
  private let distributions: [FeatureDistribution]

  /// - Parameter photos: pooled vectors of the training photos; more than two of them.
  package init(photos: [[[Float]]]) {
    let widths = photos[0].map(\.count)
    // Mean, deviation and discriminant besides the components.
    let rows = Self.byteLimit / (2 * max(widths.reduce(0, +), 1)) - 3
    let rank = min(max(rows, 1), Self.largestRank)
    moments = widths.indices.map { index in FeatureMoments(photos.map { $0[index] }) }
    distributions = moments.map { $0.distribution(rank: rank) }
  }

  /// - Parameters:
  ///   - photos: validation photos.
  ///   - others: images that are no photos, whose captions are wrong.
  ///   - keep: the share of the photos that are to count as photos.
  package func model(photos: [Example], others: [Example], keep: Double) -> ConfidenceModel {
    var model = photoModel(photos: photos.map(\.vectors), others: others.map(\.vectors), keep: keep)
    let threshold = model
    model.correctness = LogisticRegression(
      (photos + others).map { example in
        (threshold.numbers(tokens: example.tokens, view: threshold.view(of: example.vectors)), example.isRight)
      })
    return model
  }

  /// The part of a model that tells photos from other images.
  ///
  /// - Parameters: as of `model(photos:others:keep:)`, pooled vectors alone.
  package func photoModel(photos: [[[Float]]], others: [[[Float]]], keep: Double) -> ConfidenceModel {
    var distributions = distributions
    for index in distributions.indices {
      moments[index].addDiscriminant(to: &distributions[index], others: others.map { $0[index] })
    }
    let none = [Float](repeating: 0, count: ConfidenceModel.numberCount)
    var model = ConfidenceModel(
      distributions: distributions, photoThreshold: 0,
      correctness: LogisticRegression(mean: none, deviation: none.map { _ in 1 }, weights: none, bias: 0))
    model.photoThreshold = Double(Float(photos.map { model.photoScore($0) }.quantile(1 - keep)))
    return model
  }
}

extension ConfidenceModel {
  /// The photo score of an image's pooled vectors.
  package func photoScore(_ vectors: [[Float]]) -> Double { view(of: vectors).photoScore }

  /// The confidence in a caption.
  package func confidence(_ example: ConfidenceFitting.Example) -> Double {
    confidence(tokens: example.tokens, view: view(of: example.vectors))
  }
}
