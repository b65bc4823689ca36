/// Exponentials of whole rows of scores, in plain SIMD that every processor has.
enum Exponential {
  /// Scores are summed in single precision over this many, and in double precision from there on: the error of the sum
  /// stays near that of one exponential.
  static let blockLength = 512

  /// Σ exp((score - shift) · scale) for scores of at most `shift` and a positive `scale`; not finite where a score is NaN
  /// or +infinity.
  static func sum(_ scores: UnsafeBufferPointer<Float>, minus shift: Float, scale: Float) -> Double {
    var total = 0.0
    for start in stride(from: 0, to: scores.count, by: blockLength) {
      let block = scores[start..<min(start + blockLength, scores.count)]
      total += blockSum(UnsafeBufferPointer(rebasing: block), minus: shift, scale: scale)
    }
    return total
  }

  /// The same for at most `blockLength` scores.
  static func blockSum(_ scores: UnsafeBufferPointer<Float>, minus shift: Float, scale: Float) -> Double {
    guard let start = scores.baseAddress else { return 0 }
    let binaryScale = scale * binaryLogarithmOfE
    var sums = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    var index = 0
    while index + 16 <= scores.count {
      sums.0 += powerOfTwo((start.loadVector(at: index) - shift) * binaryScale)
      sums.1 += powerOfTwo((start.loadVector(at: index + 8) - shift) * binaryScale)
      index += 16
    }
    while index < scores.count {
      // Only one lane counts; the others add almost nothing.
      var lanes = SIMD8<Float>(repeating: -.infinity)
      lanes[0] = (start[index] - shift) * binaryScale
      sums.0 += powerOfTwo(lanes)
      index += 1
    }
    return Double((sums.0 + sums.1).sum())
  }

  private static let binaryLogarithmOfE: Float = 1.442_695_04

  /// 2^x for x ≤ 0 to about two units in the last place; 2^-126 where x is lower, NaN for NaN.
  ///
  /// x = n + f with n an integer and |f| ≤ 1/2; 2^f is the polynomial of degree 5 that is 1 at 0 and otherwise has the
  /// least relative error there (9.2e-8, found by Lawson's iteration), and 2^n is assembled from its bits.
  @inline(__always)
  private static func powerOfTwo(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // Adding 1.5 · 2^23 rounds x to an integer, left in the low bits.
    let rounder: Float = 12_582_912
    let lowest = SIMD8<Float>(repeating: -126)
    let bounded = x.replacing(with: lowest, where: x .< lowest)
    let shifted = bounded + rounder
    let f = bounded - (shifted - rounder)
    var power = f * 0.001_326_472_7 + 0.009_671_513
    power = power * f + 0.055_507_336
    power = power * f + 0.240_222_42
    power = power * f + 0.693_147
    power = power * f + 1
    let exponentBits = (unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &<< 23) &+ 0x3F80_0000
    return power * unsafeBitCast(exponentBits, to: SIMD8<Float>.self)
  }
}
