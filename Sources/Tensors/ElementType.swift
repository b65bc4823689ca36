/// How the numbers of a tensor are stored.
///
/// Plain types hold one number an element. Block-quantised types (names and layouts are ggml's) hold `blockSize`
/// consecutive elements of a row in `blockBytes` bytes.
package enum ElementType: String, Sendable, CaseIterable, Codable {
  case f64, f32, f16, bf16
  case i64, i32, i16, i8
  case u64, u32, u16, u8
  case bool
  case q4_0, q4_1, q5_0, q5_1, q8_0
  case q4_K, q5_K, q6_K

  /// Elements in one block; 1 for plain types.
  package var blockSize: Int {
    switch self {
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0: 32
    case .q4_K, .q5_K, .q6_K: 256
    default: 1
    }
  }

  /// Bytes of one block; of one element for plain types.
  package var blockBytes: Int {
    switch self {
    case .f64, .i64, .u64: 8
    case .f32, .i32, .u32: 4
    case .f16, .bf16, .i16, .u16: 2
    case .i8, .u8, .bool: 1
    case .q4_0: 18  // f16 scale, 16 bytes of nibbles
    case .q4_1: 20  // f16 scale, f16 minimum, 16 bytes of nibbles
    case .q5_0: 22  // f16 scale, 4 bytes of fifth bits, 16 bytes of nibbles
    case .q5_1: 24  // f16 scale, f16 minimum, 4 bytes of fifth bits, 16 bytes of nibbles
    case .q8_0: 34  // f16 scale, 32 signed bytes
    case .q4_K: 144  // f16 scale and minimum, 12 bytes of 6-bit scales, 128 bytes of nibbles
    case .q5_K: 176  // as q4_K and 32 bytes of fifth bits
    case .q6_K: 210  // 128 + 64 bytes of 6-bit values, 16 signed scales, f16 scale
    }
  }

  package var isQuantized: Bool { blockSize > 1 }

  /// Bytes of a tensor of this shape, the last dimension being the row; `nil` where a dimension is negative, a product
  /// overflows, or the row is no whole number of blocks.
  package func byteCount(shape: [Int]) -> Int? {
    guard let row = shape.last else { return blockSize == 1 ? blockBytes : nil }
    guard shape.allSatisfy({ $0 >= 0 }), row % blockSize == 0 else { return nil }
    var count = row / blockSize
    for factor in shape.dropLast() + [blockBytes] {
      let (product, overflow) = count.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      count = product
    }
    return count
  }
}
