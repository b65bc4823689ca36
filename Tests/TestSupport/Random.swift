package import Tensors

/// A small generator whose numbers are the same on every platform (Steele et al. 2014, "SplitMix").
package struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension Tensor {
  /// Numbers between -2 and 2.
  package static func random(_ shape: [Int], seed: UInt64) -> Tensor {
    var generator = SplitMix(seed: seed)
    let count = shape.reduce(1, *)
    return Tensor((0..<count).map { _ in Float.random(in: -2...2, using: &generator) }, shape: shape)
  }
}

extension StoredTensor {
  /// A matrix of random bits whose scales and floats are finite and small.
  package static func random(_ type: ElementType, rows: Int, columns: Int, seed: UInt64) -> StoredTensor {
    var generator = SplitMix(seed: seed)
    guard let count = type.byteCount(shape: [rows, columns]) else {
      preconditionFailure("no whole number of blocks: \(columns) of \(type)")
    }
    var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    /// Halves at these places of each block become numbers between 0.004 and 0.03, of either sign.
    let halves: [Int] =
      switch type {
      case .f16, .q4_0, .q5_0, .q8_0: [0]
      case .q4_1, .q5_1, .q4_K, .q5_K: [0, 2]
      case .q6_K: [208]
      default: []
      }
    for block in stride(from: 0, to: count, by: type.blockBytes) {
      for place in halves { bytes[block + place + 1] = bytes[block + place + 1] & 0x83 | 0x1C | 0x04 }
      if type == .bf16 { bytes[block + 1] = bytes[block + 1] & 0x80 | 0x3E }
      if type == .f32 { bytes[block + 3] = bytes[block + 3] & 0x80 | 0x3E }
    }
    return bytes.withUnsafeBytes {
      StoredTensor(elementType: type, shape: [rows, columns], storage: StoredTensor.Bytes(copying: $0))
    }
  }
}
