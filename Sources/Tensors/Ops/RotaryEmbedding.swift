import RealModule

/// Rotary position embedding (Su et al. 2021): pair i of a head is turned by `position * theta^(-2i / d)`.
public struct RotaryEmbedding: Sendable {
  /// How the two numbers of a pair lie in a head before the rotation. Afterwards they always lie as `halves`.
  public enum PairLayout: Sendable {
    /// Number i and number i + d / 2, as Hugging Face stores Llama's projections.
    case halves
    /// Numbers 2i and 2i + 1, as llama.cpp's conversion permutes them.
    case interleaved
  }

  public let headDimension: Int
  private let inverseFrequencies: [Double]

  /// - Precondition: `headDimension` is even.
  public init(headDimension: Int, theta: Double) {
    precondition(headDimension % 2 == 0, "heads of \(headDimension) have no pairs")
    self.headDimension = headDimension
    // Rounded to 32 bits where PyTorch's float32 reference rounds: that angle, not a better one, trained the weights.
    inverseFrequencies = (0..<headDimension / 2).map { pair in
      let exponent = Double(2 * pair) / Double(headDimension)
      return Double(1 / Float(Double.pow(theta, exponent)))
    }
  }

  /// Cosines and sines of one position, each `[headDimension / 2]`.
  public func rotation(position: Int) -> (cosines: [Float], sines: [Float]) {
    let angles = inverseFrequencies.map { Float(Double(position) * $0) }
    return (angles.map { Float(Double.cos(Double($0))) }, angles.map { Float(Double.sin(Double($0))) })
  }

  /// Cosines and sines that take what was turned for one position to another, each `[headDimension / 2]`.
  public func rotation(from: Int, to: Int) -> (cosines: [Float], sines: [Float]) {
    // The difference of the two angles as the positions themselves have them, rounded each: that angle, not that of the
    // difference, leads to what would have been computed there.
    let angles = inverseFrequencies.map { Double(Float(Double(to) * $0)) - Double(Float(Double(from) * $0)) }
    return (angles.map { Float(Double.cos($0)) }, angles.map { Float(Double.sin($0)) })
  }

  /// Turns `heads` heads that lie one after the other at `source` and writes them to `destination`, pairs as halves.
  /// With that layout `destination` may be `source`.
  package func rotate(
    _ source: UnsafePointer<Float>, heads: Int, by rotation: (cosines: [Float], sines: [Float]), layout: PairLayout,
    into destination: UnsafeMutablePointer<Float>, destinationStride: Int
  ) {
    let half = headDimension / 2
    for head in 0..<heads {
      let from = source + head * headDimension
      let to = destination + head * destinationStride
      for pair in 0..<half {
        let (a, b) =
          layout == .halves ? (from[pair], from[pair + half]) : (from[2 * pair], from[2 * pair + 1])
        let (cosine, sine) = (rotation.cosines[pair], rotation.sines[pair])
        to[pair] = a * cosine - b * sine
        to[pair + half] = b * cosine + a * sine
      }
    }
  }
}
