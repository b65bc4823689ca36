import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The mean, deviation and covariance of one pooled vector over the training photos.
package struct FeatureMoments: Sendable {
  /// Mean and deviation, `[width]`, rounded to halves, as they are stored.
  package let mean, deviation: [Float]
  /// The covariance of the standardised vectors, `[width, width]`.
  package let covariance: SymmetricMatrix
  private let photos: [[Float]]

  /// - Parameter photos: more than two vectors of `[width]`.
  package init(_ photos: [[Float]]) {
    let width = photos[0].count
    var (sums, squares) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
    // Sums are of differences from the first one: squares of numbers far from 0 would cancel.
    let first = photos[0]
    for photo in photos {
      for index in 0..<width {
        let difference = Double(photo[index]) - Double(first[index])
        sums[index] += difference
        squares[index] += difference * difference
      }
    }
    let count = Double(photos.count)
    mean = (0..<width).map { Float(Double(first[$0]) + sums[$0] / count) }.roundedToHalves
    deviation =
      (0..<width).map { index in
        // Never 0, so that a constant number carries no information.
        let shift = sums[index] / count
        let variance = max(squares[index] / count - shift * shift, 0)
        return Float(max(variance.squareRoot(), 1e-3))
      }.roundedToHalves
    let (mean, deviation) = (mean, deviation)
    self.photos = photos.map { photo in (0..<width).map { (photo[$0] - mean[$0]) / deviation[$0] } }
    var covariance = SymmetricMatrix(order: width)
    for photo in self.photos { covariance.addOuterProduct(photo) }
    covariance.mirrorLowerHalf()
    covariance.scale(by: 1 / count)
    self.covariance = covariance
  }

  /// The Gaussian with a covariance of this rank.
  package func distribution(rank: Int) -> FeatureDistribution {
    let width = mean.count
    let pairs = covariance.largestEigenvectors(min(rank, width - 1))
    let total = (0..<width).map { covariance[$0, $0] }.reduce(0, +)
    let explained = pairs.map(\.value).reduce(0, +)
    var distribution = FeatureDistribution(
      mean: mean, deviation: deviation,
      components: pairs.flatMap { $0.vector.map { Float($0) } }.roundedToHalves,
      variances: pairs.map { Float(max($0.value, 1e-6)) },
      residualVariance: Float(max((total - explained) / Double(width - pairs.count), 1e-6)))
    let distances = photos.map { distribution.logDistance($0) }
    let (mean, deviation) = distances.meanAndDeviation
    distribution.noveltyMean = Float(mean)
    distribution.noveltyDeviation = Float(max(deviation, 1e-6))
    return distribution
  }

  /// Adds the direction that best separates photos from other images: Fisher's linear discriminant, with the covariance
  /// shrunk halfway to the unit matrix, since there are fewer images than numbers (Friedman 1989).
  ///
  /// - Parameter others: the vectors of images that are not photos, `[width]` each.
  package func addDiscriminant(to distribution: inout FeatureDistribution, others: [[Float]]) {
    if others.isEmpty { return }
    let width = mean.count
    let standardised = others.map { distribution.standardised($0) }
    let center: [Double] = (0..<width).map { column in
      standardised.map { Double($0[column]) }.reduce(0, +) / Double(others.count)
    }
    var within = SymmetricMatrix(order: width)
    for other in standardised {
      within.addOuterProduct((0..<width).map { other[$0] - Float(center[$0]) })
    }
    within.mirrorLowerHalf()
    within.scale(by: 0.5 / Double(others.count))
    for row in 0..<width {
      for column in 0..<width {
        let value = 0.5 * (within[row, column] + 0.5 * covariance[row, column])
        within[row, column] = row == column ? value + 0.5 : value
      }
    }
    // Photos have the mean 0, up to rounding.
    let direction = within.solved(center.map { -$0 })
    let length = direction.map { $0 * $0 }.reduce(0, +).squareRoot()
    distribution.discriminant = direction.map { Float($0 / max(length, 1e-12)) }.roundedToHalves
    distribution.discriminantScale = 1
    distribution.discriminantOffset = 0
    let photo = photos.map { distribution.photoScore($0) ?? 0 }.meanAndDeviation.mean
    let other = standardised.map { distribution.photoScore($0) ?? 0 }.meanAndDeviation.mean
    distribution.discriminantScale = Float(2 / max(photo - other, 1e-6))
    distribution.discriminantOffset = Float(1) - Float(photo) * distribution.discriminantScale
  }
}

extension [Float] {
  /// The numbers as they are read back from a file of halves.
  var roundedToHalves: [Float] { isEmpty ? [] : Tensor(self, shape: [count]).storedAsHalf.toFloat32().values }
}

extension [Double] {
  var meanAndDeviation: (mean: Double, deviation: Double) {
    let mean = reduce(0, +) / Double(Swift.max(count, 1))
    let squares = map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    return (mean, (squares / Double(Swift.max(count, 1))).squareRoot())
  }

  /// The number below which this share of the numbers lies.
  func quantile(_ share: Double) -> Double {
    let sorted = sorted()
    let place = share * Double(count - 1)
    let low = Int(place)
    let high = Swift.min(low + 1, count - 1)
    return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
  }
}
