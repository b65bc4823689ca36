import Tensors

/// `TensorProto.DataType`, by its numbers.
enum ONNXElementType {
  /// The typed field of `TensorProto` that holds a type's numbers where `raw_data` does not.
  enum TypedField: Int {
    case float = 4
    case int32 = 5
    case int64 = 7
    case double = 10
    case uint64 = 11
  }

  static func supported(_ number: UInt64) -> (elementType: ElementType, field: TypedField)? {
    switch number {
    case 1: (.f32, .float)
    case 2: (.u8, .int32)
    case 3: (.i8, .int32)
    case 4: (.u16, .int32)
    case 5: (.i16, .int32)
    case 6: (.i32, .int32)
    case 7: (.i64, .int64)
    case 9: (.bool, .int32)
    case 10: (.f16, .int32)
    case 11: (.f64, .double)
    case 12: (.u32, .uint64)
    case 13: (.u64, .uint64)
    case 16: (.bf16, .int32)
    default: nil
    }
  }

  static func name(_ number: UInt64) -> String {
    switch number {
    case 0: "UNDEFINED"
    case 8: "STRING"
    case 14: "COMPLEX64"
    case 15: "COMPLEX128"
    case 17: "FLOAT8E4M3FN"
    case 18: "FLOAT8E4M3FNUZ"
    case 19: "FLOAT8E5M2"
    case 20: "FLOAT8E5M2FNUZ"
    case 21: "UINT4"
    case 22: "INT4"
    case 23: "FLOAT4E2M1"
    default: "number \(number)"
    }
  }
}
