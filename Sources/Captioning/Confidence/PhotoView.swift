package import Tensors

/// What the features of an image tell about whether it is a photo like those learnt from.
public struct PhotoView: Sendable, Equatable {
  /// How far from the training photos: the mean logarithm of the Mahalanobis distances, 0 for the mean training photo and 1
  /// at a standard deviation above.
  public let novelty: Double
  /// Above `ConfidenceModel.photoThreshold` for photos.
  public let photoScore: Double

  public init(novelty: Double, photoScore: Double) {
    self.novelty = novelty
    self.photoScore = photoScore
  }
}

extension ImageFeatureExtractor {
  /// Each image's pooled vectors: of every part of the selection its only token, or the mean of its tokens. Their widths may
  /// differ where several encoders made them.
  ///
  /// - Parameter features: `[images, tokens, width]`.
  package func pooledVectors(of features: Tensor) -> [[[Float]]] {
    let (tokens, width) = (shape[0], shape[1])
    return features.withUnsafeBuffer { values in
      (0..<values.count / max(tokens * width, 1)).map { image in
        var first = image * tokens
        return tokensOfParts.map { count in
          defer { first += count }
          var mean = [Float](repeating: 0, count: width)
          for token in first..<first + count {
            for column in 0..<width { mean[column] += values[token * width + column] }
          }
          return count == 1 ? mean : mean.map { $0 / Float(count) }
        }
      }
    }
  }

  /// Widths of the pooled vectors.
  package var pooledWidths: [Int] { tokensOfParts.map { _ in shape[1] } }
}
