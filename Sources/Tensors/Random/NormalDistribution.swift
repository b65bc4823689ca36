import RealModule

extension Xoshiro256PlusPlus {
  /// A number of the standard normal distribution (Box & Muller 1958).
  package mutating func nextNormal() -> Double {
    // From (0, 1]: the logarithm of 0 is not finite.
    let radius = Double.sqrt(-2 * Double.log(1 - nextUnitInterval()))
    return radius * Double.cos(2 * .pi * nextUnitInterval())
  }
}

extension Tensor {
  /// Normally distributed numbers around 0.
  package static func normal(
    _ shape: [Int], deviation: Double, using generator: inout Xoshiro256PlusPlus
  ) -> Tensor {
    Tensor((0..<shape.reduce(1, *)).map { _ in Float(deviation * generator.nextNormal()) }, shape: shape)
  }

  /// Numbers spread evenly from `-bound` to `bound`.
  package static func uniform(_ shape: [Int], bound: Double, using generator: inout Xoshiro256PlusPlus) -> Tensor {
    Tensor(
      (0..<shape.reduce(1, *)).map { _ in Float(bound * (2 * generator.nextUnitInterval() - 1)) }, shape: shape)
  }
}
