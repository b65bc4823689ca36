public import ModelFiles
public import Tensors

/// Mean and spread of features over a training set, by which a mapper standardises them.
public struct FeatureStatistics: Sendable {
  /// `[tokens, width]`.
  public let mean, deviation: Tensor

  /// - Parameters:
  ///   - sharedTokens: how many tokens, one after the other, share their statistics: all patches of a layer do, since none
  ///     of them is special. Sums up to the number of tokens.
  ///   - onProgress: is told how many images were read.
  /// - Throws: what `source` throws; `CancellationError`.
  public init(
    of images: [FileHash], in source: some FeatureSource, sharedTokens: [Int], onProgress: (Int) -> Void = { _ in }
  ) throws {
    let (tokens, width) = (source.shape[0], source.shape[1])
    precondition(sharedTokens.reduce(0, +) == tokens, "\(tokens) tokens in \(sharedTokens)")
    precondition(!images.isEmpty, "statistics of no image")
    // Sums in double precision, of differences from the first image: squares of numbers far from 0 would cancel.
    var first = [Float](repeating: 0, count: tokens * width)
    try first.withUnsafeMutableBufferPointer { try source.read(images[0], flipped: false, into: $0) }
    var sums = [Double](repeating: 0, count: tokens * width)
    var squares = sums
    var features = first
    for (index, image) in images.enumerated() {
      try Task.checkCancellation()
      try features.withUnsafeMutableBufferPointer { try source.read(image, flipped: false, into: $0) }
      for i in 0..<tokens * width {
        let difference = Double(features[i]) - Double(first[i])
        sums[i] += difference
        squares[i] += difference * difference
      }
      onProgress(index + 1)
    }
    var mean = [Float](repeating: 0, count: tokens * width)
    var deviation = mean
    var start = 0
    for count in sharedTokens {
      for column in 0..<width {
        let places = (start..<start + count).map { $0 * width + column }
        let pooled = Self.pooled(
          places.map { (Double(first[$0]), sums[$0], squares[$0]) }, images: Double(images.count))
        for place in places {
          mean[place] = Float(pooled.mean)
          // Never 0, so that a number that is always the same becomes 0 and not NaN.
          deviation[place] = Float(pooled.deviation + 1e-6)
        }
      }
      start += count
    }
    self.mean = Tensor(mean, shape: [tokens, width])
    self.deviation = Tensor(deviation, shape: [tokens, width])
  }

  /// Of several places together, each with its sums around a number of its own. The deviation is the unbiased one.
  private static func pooled(
    _ places: [(around: Double, sum: Double, squares: Double)], images: Double
  ) -> (mean: Double, deviation: Double) {
    let count = images * Double(places.count)
    let mean = places.reduce(0) { $0 + $1.around * images + $1.sum } / count
    let squares = places.reduce(0) { total, place in
      let shift = place.around - mean
      return total + place.squares + 2 * shift * place.sum + shift * shift * images
    }
    return (mean, (max(squares, 0) / max(count - 1, 1)).squareRoot())
  }
}
