/// Fits a `ConfidenceModel`: distributions to the training photos, the rest to photos and other images whose captions
/// are known to be right or wrong.
package struct ConfidenceFitting: Sendable {
  /// An image with its caption.
  package struct Example: Sendable {
    /// Its pooled vectors.
    package let vectors: [[Float]]
    /// The log-probabilities of the caption's tokens.
    package let tokens: [Double]
    /// Whether the caption agrees with people's.
    package let isRight: Bool

    package init(vectors: [[Float]], tokens: [Double], isRight: Bool) {
      (self.vectors, self.tokens, self.isRight) = (vectors, tokens, isRight)
    }
  }

  /// The largest size of the file in bytes; all vectors are halves.
  private static let byteLimit = 96_000
  private static let largestRank = 32

  private let moments: [FeatureMoments]
  private let distributions: [FeatureDistribution]

  /// - Parameter photos: the pooled vectors of the training photos, more than two photos.
  package init(photos: [[[Float]]]) {
    let widths = photos[0].map(\.count)
    // Mean, deviation and discriminant take three rows besides the components.
    let rows = Self.byteLimit / (2 * max(widths.reduce(0, +), 1)) - 3
    let rank = min(max(rows, 1), Self.largestRank)
    moments = widths.indices.map { index in FeatureMoments(photos.map { $0[index] }) }
    distributions = moments.map { $0.distribution(rank: rank) }
  }

  /// - Parameters:
  ///   - photos: validation photos.
  ///   - others: images that are not photos, by kind; their captions are wrong.
  ///   - keep: the smallest share of the photos that is to count as photos.
  package func model(photos: [Example], others: [String: [Example]], keep: Double) -> ConfidenceModel {
    let all = others.values.flatMap { $0 }
    var model = discriminating(from: all.map(\.vectors))
    model.photoThreshold = threshold(
      photos: photos.map { model.photoScore($0.vectors) }, others: unseenScores(others), keep: keep)
    let complete = model
    model.correctness = LogisticRegression(
      (photos + all).map { example in
        (complete.numbers(tokens: example.tokens, view: complete.view(of: example.vectors)), example.isRight)
      })
    return model
  }

  /// The part of a model that separates photos from other images, without a threshold.
  ///
  /// - Parameter others: the pooled vectors of images that are not photos; may be empty.
  package func discriminating(from others: [[[Float]]]) -> ConfidenceModel {
    var distributions = distributions
    for index in distributions.indices {
      moments[index].addDiscriminant(to: &distributions[index], others: others.map { $0[index] })
    }
    let none = [Float](repeating: 0, count: ConfidenceModel.numberCount)
    return ConfidenceModel(
      distributions: distributions, photoThreshold: 0,
      correctness: LogisticRegression(mean: none, deviation: none.map { _ in 1 }, weights: none, bias: 0))
  }

  /// The scores of each kind by a model that knows only the other kinds, so that they are like those of unseen images.
  private func unseenScores(_ others: [String: [Example]]) -> [Double] {
    if others.count < 2 { return [] }
    return others.flatMap { kind, examples in
      let known = others.filter { $0.key != kind }.values.flatMap { $0 }
      let model = discriminating(from: known.map(\.vectors))
      return examples.map { model.photoScore($0.vectors) }
    }
  }

  /// The threshold that keeps the share of photos. If other images are farther away, it is the midpoint, which keeps
  /// more.
  private func threshold(photos: [Double], others: [Double], keep: Double) -> Double {
    let highest = photos.quantile(1 - keep)
    if others.isEmpty { return Double(Float(highest)) }
    return Double(Float(min(highest, (highest + others.quantile(keep)) / 2)))
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
