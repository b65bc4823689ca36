#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The distribution of one pooled feature vector over the training photos: a Gaussian with a covariance of low rank
/// (probabilistic principal components, Tipping & Bishop 1999), and the direction that separates photos from other
/// images.
package struct FeatureDistribution: Sendable, Equatable {
  /// Mean and deviation for standardising vectors, `[width]`.
  package var mean, deviation: [Float]
  /// `[rank, width]`: unit vectors in the directions of largest variance of standardised vectors, row by row.
  package var components: [Float]
  /// `[rank]`: the variances along them.
  package var variances: [Float]
  /// Mean variance in the other directions.
  package var residualVariance: Float
  /// Mean and deviation of `logDistance` over the training photos.
  package var noveltyMean: Float = 0
  package var noveltyDeviation: Float = 1
  /// The direction that separates photos from other images, `[width]`; empty where only photos were known.
  package var discriminant: [Float] = []
  /// Scale and offset that give scores of photos the mean 1, and those of other images -1.
  package var discriminantScale: Float = 1
  package var discriminantOffset: Float = 0

  package var width: Int { mean.count }
  package var rank: Int { variances.count }

  package func standardised(_ vector: [Float]) -> [Float] {
    (0..<width).map { (vector[$0] - mean[$0]) / deviation[$0] }
  }

  /// The logarithm of a standardised vector's squared Mahalanobis distance, divided by the width.
  package func logDistance(_ vector: [Float]) -> Double {
    var rest = 0.0
    for number in vector { rest += Double(number * number) }
    var distance = 0.0
    for row in 0..<rank {
      var projection = 0.0
      for column in 0..<width { projection += Double(components[row * width + column] * vector[column]) }
      distance += projection * projection / Double(variances[row])
      rest -= projection * projection
    }
    distance += max(rest, 0) / Double(residualVariance)
    return log(max(distance, 1e-9) / Double(width))
  }

  /// `logDistance` in standard deviations of the training photos.
  package func novelty(_ standardised: [Float]) -> Double {
    (logDistance(standardised) - Double(noveltyMean)) / Double(noveltyDeviation)
  }

  /// The score of a standardised vector: about 1 for photos and -1 for other images; `nil` where only photos were
  /// known.
  package func photoScore(_ standardised: [Float]) -> Double? {
    if discriminant.isEmpty { return nil }
    var projection = 0.0
    for index in 0..<width { projection += Double(discriminant[index] * standardised[index]) }
    return projection * Double(discriminantScale) + Double(discriminantOffset)
  }
}
