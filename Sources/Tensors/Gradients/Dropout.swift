import Synchronization

/// Drops numbers at random and scales up the others, so that the mean stays the same (Srivastava et al. 2014).
package struct Dropout: Sendable {
  package let probability: Double
  /// The probability that a whole token is dropped: see `dropTokens(_:)`.
  package let tokenProbability: Double
  private let masks: MaskGenerator?

  /// Drops nothing.
  package static let none = Dropout()

  private init() {
    probability = 0
    tokenProbability = 0
    masks = nil
  }

  /// - Parameters:
  ///   - probability: the probability that a number is dropped, 0 ..< 1.
  ///   - tokenProbability: the probability that a whole token is dropped, 0 ..< 1.
  ///   - seed: the same seed gives the same masks, in the order in which they are drawn.
  package init(probability: Double, tokenProbability: Double = 0, seed: UInt64) {
    precondition((0..<1).contains(probability), "a probability below 1, not \(probability)")
    precondition((0..<1).contains(tokenProbability), "a probability below 1, not \(tokenProbability)")
    self.probability = probability
    self.tokenProbability = tokenProbability
    masks = probability == 0 && tokenProbability == 0 ? nil : MaskGenerator(seed: seed)
  }

  /// Factors of this shape, each 0 or `1 / (1 - probability)`; `nil` where nothing is dropped.
  package func mask(_ shape: [Int]) -> Tensor? {
    probability == 0 ? nil : masks?.mask(shape, probability: probability)
  }

  /// Drops whole tokens of `[batch, tokens, width]`: all their numbers become 0. The layers that read the tokens take
  /// weighted means of them, so the others are not scaled.
  package func dropTokens(_ x: Variable) -> Variable {
    guard tokenProbability > 0, let masks else { return x }
    let kept = masks.mask(Array(x.shape.dropLast()), probability: tokenProbability).values
    let width = x.shape[x.shape.count - 1]
    var mask = Tensor(uninitialized: x.shape)
    mask.withMutablePointer { mask in
      for (token, factor) in kept.enumerated() {
        (mask + token * width).update(repeating: factor == 0 ? 0 : 1, count: width)
      }
    }
    return x.multiplied(by: mask)
  }

  package func callAsFunction(_ x: Variable) -> Variable {
    guard let mask = mask(x.shape) else { return x }
    return x.multiplied(by: mask)
  }

  /// A class, so that every layer continues the sequence where the last one stopped.
  private final class MaskGenerator: Sendable {
    private let generator: Mutex<SplitMix64>

    init(seed: UInt64) { generator = Mutex(SplitMix64(state: seed)) }

    func mask(_ shape: [Int], probability: Double) -> Tensor {
      let kept = Float(1 / (1 - probability))
      // 32 bits per element are precise enough: a probability is met to 2e-10.
      let threshold = UInt32(probability * 0x1p32)
      var mask = Tensor(uninitialized: shape)
      let count = mask.count
      generator.withLock { generator in
        mask.withMutablePointer { mask in
          for index in 0..<count {
            mask[index] = UInt32(truncatingIfNeeded: generator.next() >> 32) < threshold ? 0 : kept
          }
        }
      }
      return mask
    }
  }
}
