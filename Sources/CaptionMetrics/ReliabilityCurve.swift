/// How well stated probabilities agree with what happened: predictions are put into bins of equal width, and each bin's mean
/// probability is compared with the share that came true (Guo et al. 2017, "On Calibration of Modern Neural Networks").
package struct ReliabilityCurve: Sendable, Equatable, Codable {
  package struct Bin: Sendable, Equatable, Codable {
    /// Probabilities from here to the next bin's.
    package let lowest: Double
    package let count: Int
    /// Mean probability that was stated; 0 in an empty bin.
    package let predicted: Double
    /// Share that came true; 0 in an empty bin.
    package let observed: Double
  }

  package let bins: [Bin]
  /// Expected calibration error: the bins' differences between stated and observed, weighted by their counts.
  package let expectedError: Double
  /// Mean squared difference between probability and outcome: calibration and discrimination in one (Brier 1950).
  package let brierScore: Double

  /// - Parameters:
  ///   - predictions: probabilities between 0 and 1, and what came of them; at least one.
  ///   - binCount: at least one.
  package init(_ predictions: [(probability: Double, isTrue: Bool)], binCount: Int = 10) {
    precondition(!predictions.isEmpty && binCount > 0, "no predictions or no bins")
    var sums = [(count: Int, probability: Double, hits: Int)](repeating: (0, 0, 0), count: binCount)
    for (probability, isTrue) in predictions {
      let bin = min(max(Int(probability * Double(binCount)), 0), binCount - 1)
      sums[bin].count += 1
      sums[bin].probability += probability
      sums[bin].hits += isTrue ? 1 : 0
    }
    bins = sums.enumerated().map { index, sum in
      let count = Double(max(sum.count, 1))
      return Bin(
        lowest: Double(index) / Double(binCount), count: sum.count, predicted: sum.probability / count,
        observed: Double(sum.hits) / count)
    }
    let total = Double(predictions.count)
    expectedError = bins.reduce(0) { $0 + Double($1.count) / total * abs($1.predicted - $1.observed) }
    brierScore =
      predictions.reduce(0) { sum, item in
        let difference = item.probability - (item.isTrue ? 1 : 0)
        return sum + difference * difference
      } / total
  }
}

/// The area under the receiver operating characteristic: the probability that a positive has a higher score than a negative,
/// ties counted half (Hanley & McNeil 1982).
///
/// - Returns: `nil` where there are no positives or no negatives.
package func areaUnderROC(positives: [Double], negatives: [Double]) -> Double? {
  if positives.isEmpty || negatives.isEmpty { return nil }
  let all = (positives.map { ($0, true) } + negatives.map { ($0, false) }).sorted { $0.0 < $1.0 }
  // Ranks from 1, those of equal scores averaged.
  var rankSum = 0.0
  var start = 0
  while start < all.count {
    var end = start
    while end < all.count && all[end].0 == all[start].0 { end += 1 }
    let rank = Double(start + 1 + end) / 2
    rankSum += rank * Double(all[start..<end].count { $0.1 })
    start = end
  }
  let (count, others) = (Double(positives.count), Double(negatives.count))
  return (rankSum - count * (count + 1) / 2) / (count * others)
}
