import ModelFiles
package import Tensors

/// What the features of an image say about whether it is a photo like those of training.
package struct PhotoView: Sendable, Equatable {
  /// The distance from the training photos: the mean logarithm of the Mahalanobis distances, 0 for the mean training
  /// photo and 1 at one standard deviation above.
  package let novelty: Double
  /// The score as a photo; above `ConfidenceModel.photoThreshold` for photos.
  package let photoScore: Double

  package init(novelty: Double, photoScore: Double) {
    self.novelty = novelty
    self.photoScore = photoScore
  }
}

extension ImageFeatureExtractor {
  /// The pooled vectors of each image: for every block of the features its only token, or the mean of its tokens. Their
  /// widths differ where they come from several encoders.
  ///
  /// - Parameter features: `[images, …]`, each of `shape`.
  package func pooledVectors(of features: Tensor) -> [[[Float]]] {
    let blocks = parts.blocks
    return features.withUnsafeBuffer { values in
      (0..<features.shape[0]).map { image in
        var first = image * parts.count
        return blocks.map { block in
          defer { first += block.count }
          var mean = [Float](repeating: 0, count: block.width)
          for token in 0..<block.tokens {
            for column in 0..<block.width { mean[column] += values[first + token * block.width + column] }
          }
          return block.tokens == 1 ? mean : mean.map { $0 / Float(block.tokens) }
        }
      }
    }
  }

  /// The widths of the pooled vectors.
  package var pooledWidths: [Int] { parts.blocks.map(\.width) }
}
