import CKernels

/// The precision in which frozen matrices multiply rows. Sums are always in 32 bits.
package enum MatrixPrecision: String, Sendable, Codable, CaseIterable {
  case f32
  /// Matrix and rows rounded to bfloat16: eight bits of a number remain.
  case bf16
  /// Rows rounded to signed bytes, by one scale for each group of columns. A block-quantised matrix keeps its codes, its
  /// scales and its groups; one of floats is rounded to bytes with a scale for each output, and rows have one scale.
  case int8

  /// Whether this processor has instructions of its own that multiply bfloat16.
  package static var hasNativeBF16: Bool { ck_bf16_is_native() != 0 }

  /// Whether those instructions are faster than products of floats. Elsewhere bfloat16 is widened on the fly: the same
  /// results, at about the speed of f32.
  package static var hasFastBF16: Bool { ck_bf16_is_fast() != 0 }

  /// The instruction set that multiplies bytes here: "AVX-512 VNNI", "AVX2", "NEON SDOT", "NEON" or "portable".
  package static var int8InstructionSet: String { String(cString: ck_int8_instruction_set()) }

  /// Whether bytes are multiplied faster than floats here.
  package static var hasFastInt8: Bool { int8InstructionSet == "AVX-512 VNNI" }

  var kernelPrecision: Int32 {
    switch self {
    case .f32: Int32(CK_PRECISION_F32.rawValue)
    case .bf16: Int32(CK_PRECISION_BF16.rawValue)
    case .int8: Int32(CK_PRECISION_INT8.rawValue)
    }
  }
}

/// How a frozen matrix is multiplied.
package struct MatrixPlan: Sendable, Equatable {
  /// Whether rows are rounded to 8 bits where they are multiplied by the matrix as it is stored. Only block-quantised
  /// matrices do so.
  package var roundsRows: Bool
  /// The precision of a copy that is packed for many rows. `nil` makes none, and all rows are multiplied by the matrix
  /// as it is stored.
  package var packed: MatrixPrecision?
  /// The precision in which gradients are propagated back through the matrix, which is then packed in the other
  /// direction, too. `nil` where none are.
  package var gradients: MatrixPrecision?

  package init(roundsRows: Bool = false, packed: MatrixPrecision? = nil, gradients: MatrixPrecision? = nil) {
    self.roundsRows = roundsRows
    self.packed = packed
    self.gradients = gradients
  }

  /// The plan for training through a matrix that is not trained itself.
  package static func training(_ precision: MatrixPrecision) -> MatrixPlan {
    MatrixPlan(packed: precision, gradients: precision)
  }

  /// The same plan for a language model's head. In each row of the gradient of its outputs, one number is near 1 and
  /// the many others are small: rounded to 8 bits by one scale, most of them would be 0. So these gradients are
  /// propagated in f32.
  package var ofHead: MatrixPlan {
    MatrixPlan(roundsRows: roundsRows, packed: packed, gradients: gradients == .int8 ? .f32 : gradients)
  }
}
