#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The statistics of a whole row of logits that decoding needs.
package struct ScoreStatistics {
  package let maximum: Float
  /// The first index of `maximum`.
  package let argument: Int
  /// log Σ exp(score): subtract it from a logit for its log-probability.
  package let logSumExp: Double

  /// - Returns: `nil` where the row is empty, holds NaN or +infinity, or holds only -infinity.
  package init?(_ scores: UnsafeBufferPointer<Float>) {
    guard let largest = Self.maximum(scores) else { return nil }
    let sum = Exponential.sum(scores, minus: largest.value, scale: 1)
    // A NaN anywhere is not the maximum, but it is in the sum.
    guard sum.isFinite else { return nil }
    maximum = largest.value
    argument = largest.index
    logSumExp = Double(largest.value) + log(sum)
  }

  /// The largest score, ignoring NaN, and its first index.
  ///
  /// - Returns: `nil` where there is none above -infinity, or it is +infinity.
  package static func maximum(_ scores: UnsafeBufferPointer<Float>) -> (value: Float, index: Int)? {
    guard let start = scores.baseAddress else { return nil }
    var index = 0
    var lanes = (SIMD8<Float>(repeating: -.infinity), SIMD8<Float>(repeating: -.infinity))
    while index + 16 <= scores.count {
      let first = start.loadVector(at: index)
      let second = start.loadVector(at: index + 8)
      lanes.0.replace(with: first, where: first .> lanes.0)
      lanes.1.replace(with: second, where: second .> lanes.1)
      index += 16
    }
    var largest = max(lanes.0.max(), lanes.1.max())
    while index < scores.count {
      if start[index] > largest { largest = start[index] }
      index += 1
    }
    guard largest.isFinite else { return nil }

    index = 0
    let wanted = SIMD8<Float>(repeating: largest)
    while index + 8 <= scores.count {
      if any(start.loadVector(at: index) .== wanted) { break }
      index += 8
    }
    while start[index] != largest { index += 1 }
    return (largest, index)
  }
}

extension UnsafePointer<Float> {
  /// Eight floats from `index` on; no alignment is needed.
  @inline(__always)
  func loadVector(at index: Int) -> SIMD8<Float> {
    UnsafeRawPointer(self + index).loadUnaligned(as: SIMD8<Float>.self)
  }
}
