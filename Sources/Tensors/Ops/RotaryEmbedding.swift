import CKernels
import RealModule

/// Rotary position embedding (Su et al. 2021): pair i of a head is rotated by `position * theta^(-2i / d)`.
package struct RotaryEmbedding: Sendable {
  /// How the two numbers of a pair lie in a head before the rotation. Afterwards they always lie as `halves`.
  package enum PairLayout: Sendable {
    /// Number i and number i + d / 2, as Hugging Face stores Llama's projections.
    case halves
    /// Numbers 2i and 2i + 1, as llama.cpp's conversion permutes them.
    case interleaved
  }

  /// How frequencies are slowed down for texts longer than those of the first training.
  package enum Scaling: Sendable, Equatable {
    case none
    /// All frequencies by the same factor (Chen et al. 2023, "Position Interpolation").
    case linear(factor: Double)
    /// Low frequencies by `factor`, high ones not, those between by a mean of both (Llama 3.1).
    case llama3(factor: Double, lowFactor: Double, highFactor: Double, originalPositions: Double)
    /// Each frequency by its own divisor, `[rotatedDimension / 2]`: what GGUF files keep as `rope_freqs.weight`.
    case divisors([Float])
  }

  package let headDimension: Int
  /// How many numbers at the start of a head are rotated; the others stay as they are (GPT-NeoX).
  package let rotatedDimension: Int
  private let inverseFrequencies: [Double]

  /// - Precondition: `rotatedDimension`, by default `headDimension`, is even and no larger than `headDimension`.
  package init(headDimension: Int, rotatedDimension: Int? = nil, theta: Double, scaling: Scaling = .none) {
    let rotated = rotatedDimension ?? headDimension
    precondition(rotated % 2 == 0 && rotated <= headDimension, "\(rotated) of \(headDimension) numbers have no pairs")
    self.headDimension = headDimension
    self.rotatedDimension = rotated
    // Rounded to 32 bits where PyTorch's float32 reference rounds: the weights were trained with that angle, not with a
    // better one.
    inverseFrequencies = (0..<rotated / 2).map { pair in
      let exponent = Double(2 * pair) / Double(rotated)
      return Double(Self.scaled(1 / Float(Double.pow(theta, exponent)), pair: pair, scaling))
    }
  }

  private static func scaled(_ frequency: Float, pair: Int, _ scaling: Scaling) -> Float {
    switch scaling {
    case .none: return frequency
    case .linear(let factor): return frequency / Float(factor)
    case .divisors(let divisors): return frequency / divisors[pair]
    case .llama3(let factor, let lowFactor, let highFactor, let originalPositions):
      let wavelength = 2 * Double.pi / Double(frequency)
      if wavelength > originalPositions / lowFactor { return frequency / Float(factor) }
      if wavelength < originalPositions / highFactor { return frequency }
      let share = (originalPositions / wavelength - lowFactor) / (highFactor - lowFactor)
      return Float((1 - share) * Double(frequency) / factor + share * Double(frequency))
    }
  }

  /// Cosines and sines of one position, each `[rotatedDimension / 2]`.
  package func rotation(position: Int) -> (cosines: [Float], sines: [Float]) {
    let angles = inverseFrequencies.map { Float(Double(position) * $0) }
    return (angles.map { Float(Double.cos(Double($0))) }, angles.map { Float(Double.sin(Double($0))) })
  }

  /// Cosines and sines that move what was rotated for one position to another, each `[headDimension / 2]`.
  package func rotation(from: Int, to: Int) -> (cosines: [Float], sines: [Float]) {
    // The difference of the two rounded angles, as the positions themselves have them: that angle, not the one of the
    // difference of positions, gives what would have been computed there.
    let angles = inverseFrequencies.map { Double(Float(Double(to) * $0)) - Double(Float(Double(from) * $0)) }
    return (angles.map { Float(Double.cos($0)) }, angles.map { Float(Double.sin($0)) })
  }

  /// Rotates `heads` heads that lie one after the other at `source` and writes them to `destination`, pairs as halves.
  /// With that layout and a stride of `headDimension`, `destination` may be `source`.
  ///
  /// - Parameter rotation: cosines, then sines, each `[rotatedDimension / 2]`.
  package func rotate(
    _ source: UnsafePointer<Float>, heads: Int, by rotation: UnsafePointer<Float>, layout: PairLayout,
    into destination: UnsafeMutablePointer<Float>, destinationStride: Int
  ) {
    ck_turn_heads(
      heads, headDimension, rotatedDimension, layout == .interleaved ? 1 : 0, source, rotation,
      rotation + rotatedDimension / 2, destination, destinationStride)
  }

  /// The cosines and sines that `rotate` takes, for several positions: `[positions, 2, rotatedDimension / 2]`.
  package func rotations(positions: [Int]) -> Tensor {
    Tensor(
      positions.flatMap { position in
        let (cosines, sines) = rotation(position: position)
        return cosines + sines
      }, shape: [positions.count, 2, rotatedDimension / 2])
  }
}
