import CKernels

/// In what precision frozen matrices multiply many rows at once. Sums are always in 32 bits.
public enum MatrixPrecision: String, Sendable, Codable, CaseIterable {
  case f32
  /// Matrix and rows rounded to bfloat16: eight bits of a number remain.
  case bf16

  /// Whether this processor multiplies bfloat16 itself. Elsewhere results are the same, but no faster.
  public static var hasNativeBF16: Bool { ck_bf16_is_native() != 0 }
}

/// A frozen matrix in bfloat16, laid out for products in both directions.
final class PackedMatrix: Sendable {
  private let outputs, inputs: Int
  /// Of `x Wᵀ`, and of the gradient's way back, `g W`.
  private let forward, backward: RawBuffer

  /// - Parameter weight: `[outputs, inputs]`.
  init(_ weight: Tensor) {
    (outputs, inputs) = (weight.rows, weight.columns)
    forward = RawBuffer(byteCount: ck_bf16_packed_size(inputs, outputs))
    backward = RawBuffer(byteCount: ck_bf16_packed_size(outputs, inputs))
    weight.withPointer { weight in
      ck_bf16_pack(inputs, outputs, weight, inputs, 1, forward.pointer)
      ck_bf16_pack(outputs, inputs, weight, inputs, 0, backward.pointer)
    }
  }

  /// Several matrices of one input side by side: `[rows, inputs]` → `[rows, sum of outputs]`.
  static func product(_ matrices: [PackedMatrix], _ x: Tensor, into out: inout Tensor) {
    let (rows, columns) = (x.rows, out.columns)
    let rounded = RoundedRows(x)
    out.withMutablePointer { out in
      var column = 0
      for matrix in matrices {
        ck_bf16_gemm(
          rows, matrix.outputs, matrix.inputs, rounded.pointer, rounded.stride, matrix.forward.pointer, out + column,
          columns, 0)
        column += matrix.outputs
      }
    }
  }

  /// The gradient's way back: `[rows, sum of outputs]` → `[rows, inputs]`.
  static func backward(_ matrices: [PackedMatrix], _ gradient: Tensor, into out: inout Tensor) {
    let (rows, columns) = (gradient.rows, out.columns)
    let rounded = RoundedRows(gradient)
    out.withMutablePointer { out in
      var column = 0
      for matrix in matrices {
        ck_bf16_gemm(
          rows, matrix.inputs, matrix.outputs, rounded.pointer + column, rounded.stride, matrix.backward.pointer, out,
          columns, column > 0 ? 1 : 0)
        column += matrix.outputs
      }
    }
  }

  /// Whether several can be read side by side: each but the last has to begin at an even column.
  static func fit(_ matrices: [PackedMatrix]) -> Bool { matrices.dropLast().allSatisfy { $0.outputs % 2 == 0 } }

  /// Rows in bfloat16, each filled up to an even number.
  private struct RoundedRows {
    let stride: Int
    let buffer: RawBuffer
    var pointer: UnsafeMutablePointer<UInt16> { buffer.pointer.assumingMemoryBound(to: UInt16.self) }

    init(_ x: Tensor) {
      stride = (x.columns + 1) / 2 * 2
      buffer = RawBuffer(byteCount: x.rows * stride * MemoryLayout<UInt16>.stride)
      x.withPointer { ck_bf16_round_rows(x.rows, x.columns, $0, pointer) }
    }
  }
}
