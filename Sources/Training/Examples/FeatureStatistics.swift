package import ModelFiles
package import Tensors

/// The mean and standard deviation of features over a training set, with which a mapper standardises them.
package struct FeatureStatistics: Sendable {
  /// The mean and standard deviation of every number of an image's features, in their shape.
  package let mean, deviation: Tensor

  /// - Parameters:
  ///   - parts: the layout of the features. Tokens of one block share their statistics: all patches of a layer do,
  ///     since none of them is special.
  ///   - onProgress: is notified of how many images were read.
  /// - Throws: what `source` throws; `CancellationError`.
  package init(
    of images: [FileHash], in source: some FeatureSource, parts: FeatureLayout, onProgress: (Int) -> Void = { _ in }
  ) throws {
    let numbers = parts.count
    precondition(source.shape == parts.shape, "features \(source.shape), not \(parts.shape)")
    precondition(!images.isEmpty, "statistics of no image")
    // Sums in double precision, of differences from the first image: squares of numbers far from 0 would cancel.
    var first = [Float](repeating: 0, count: numbers)
    try first.withUnsafeMutableBufferPointer { try source.read(images[0], flipped: false, into: $0) }
    var sums = [Double](repeating: 0, count: numbers)
    var squares = sums
    var features = first
    for (index, image) in images.enumerated() {
      try Task.checkCancellation()
      try features.withUnsafeMutableBufferPointer { try source.read(image, flipped: false, into: $0) }
      for i in 0..<numbers {
        let difference = Double(features[i]) - Double(first[i])
        sums[i] += difference
        squares[i] += difference * difference
      }
      onProgress(index + 1)
    }
    var mean = [Float](repeating: 0, count: numbers)
    var deviation = mean
    var start = 0
    for block in parts.blocks {
      let columns = (0..<block.width).map { column in
        Self.pooled(
          Self.places(of: column, block, from: start).map { (Double(first[$0]), sums[$0], squares[$0]) },
          images: Double(images.count))
      }
      let least = Self.smallestShare * Self.rootMeanSquare(columns.map(\.deviation))
      for (column, pooled) in columns.enumerated() {
        for place in Self.places(of: column, block, from: start) {
          mean[place] = Float(pooled.mean)
          // Never 0, so that a constant number becomes 0 and not NaN.
          deviation[place] = Float(max(pooled.deviation, least) + 1e-6)
        }
      }
      start += block.count
    }
    self.mean = Tensor(mean, shape: parts.shape)
    self.deviation = Tensor(deviation, shape: parts.shape)
  }

  /// The smallest deviation, as a share of the usual one of its block. Otherwise a nearly constant number, as some are
  /// after a ReLU, would become very large in the rare photo where it differs.
  private static let smallestShare = 0.01

  /// The indices of one column of a block among an image's numbers, one for each token.
  private static func places(of column: Int, _ block: FeatureLayout.Block, from start: Int) -> [Int] {
    (0..<block.tokens).map { start + $0 * block.width + column }
  }

  private static func rootMeanSquare(_ values: [Double]) -> Double {
    (values.reduce(0) { $0 + $1 * $1 } / Double(max(values.count, 1))).squareRoot()
  }

  /// The pooled mean and deviation of several places, each with its sums around its own number. The deviation is
  /// unbiased.
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
