#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How one pooled feature vector is distributed over the training photos: a Gaussian with a covariance of low rank
/// (probabilistic principal components, Tipping & Bishop 1999), and the direction that tells photos from other images.
package struct FeatureDistribution: Sendable, Equatable {
  /// `[width]`, by which vectors are standardised.
  package var mean, deviation: [Float]
  /// `[rank, width]`: unit vectors of the largest variances of standardised vectors, row by row.
  package var components: [Float]
  /// `[rank]`: the variances along them.
  package var variances: [Float]
  /// Mean variance in the other directions.
  package var residualVariance: Float
  /// Mean and deviation of `logDistance` over the training photos.
  package var noveltyMean: Float = 0
  package var noveltyDeviation: Float = 1
  /// `[width]`; empty where no images but photos were known.
  package var discriminant: [Float] = []
  /// Scores of photos have the mean 1, those of other images -1.
  package var discriminantScale: Float = 1
  package var discriminantOffset: Float = 0

  package var width: Int { mean.count }
  package var rank: Int { variances.count }

  package func standardised(_ vector: [Float]) -> [Float] {
    (0..<width).map { (vector[$0] - mean[$0]) / deviation[$0] }
  }

  /// Of a standardised vector: the logarithm of the squared Mahalanobis distance, divided by the width.
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

  /// `logDistance` in deviations of the training photos.
  package func novelty(_ standardised: [Float]) -> Double {
    (logDistance(standardised) - Double(noveltyMean)) / Double(noveltyDeviation)
  }

  /// About 1 for photos and -1 for other images, of a standardised vector; `nil` where others were not known.
  package func photoScore(_ standardised: [Float]) -> Double? {
    if discriminant.isEmpty { return nil }
    var projection = 0.0
    for index in 0..<width { projection += Double(discriminant[index] * standardised[index]) }
    return projection * Double(discriminantScale) + Double(discriminantOffset)
  }
}
