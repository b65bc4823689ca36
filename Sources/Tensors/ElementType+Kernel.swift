import CKernels

extension ElementType {
  /// The type's number in the C kernels; `nil` for types that those do not convert.
  package var kernelType: Int32? {
    let type: ck_type? =
      switch self {
      case .f32: CK_TYPE_F32
      case .f16: CK_TYPE_F16
      case .bf16: CK_TYPE_BF16
      case .q4_0: CK_TYPE_Q4_0
      case .q4_1: CK_TYPE_Q4_1
      case .q5_0: CK_TYPE_Q5_0
      case .q5_1: CK_TYPE_Q5_1
      case .q8_0: CK_TYPE_Q8_0
      case .q4_K: CK_TYPE_Q4_K
      case .q5_K: CK_TYPE_Q5_K
      case .q6_K: CK_TYPE_Q6_K
      case .f64, .i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .bool: nil
      }
    return type.map { Int32($0.rawValue) }
  }

  /// Whether the type stands for real numbers: floats of any width and block-quantised types.
  package var isFloatingPoint: Bool { self == .f64 || kernelType != nil }
}
