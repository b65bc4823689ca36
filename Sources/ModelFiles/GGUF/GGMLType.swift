import Tensors

/// The element types of GGUF tensors, by ggml's numbers.
enum GGMLType {
  static func elementType(_ number: UInt32) -> ElementType? {
    switch number {
    case 0: .f32
    case 1: .f16
    case 2: .q4_0
    case 3: .q4_1
    case 6: .q5_0
    case 7: .q5_1
    case 8: .q8_0
    case 12: .q4_K
    case 13: .q5_K
    case 14: .q6_K
    case 24: .i8
    case 25: .i16
    case 26: .i32
    case 27: .i64
    case 28: .f64
    case 30: .bf16
    default: nil
    }
  }

  /// The name of a type that is known, but not computed with here.
  static func unsupportedName(_ number: UInt32) -> String? {
    switch number {
    case 9: "Q8_1"
    case 10: "Q2_K"
    case 11: "Q3_K"
    case 15: "Q8_K"
    case 16: "IQ2_XXS"
    case 17: "IQ2_XS"
    case 18: "IQ3_XXS"
    case 19: "IQ1_S"
    case 20: "IQ4_NL"
    case 21: "IQ3_S"
    case 22: "IQ2_S"
    case 23: "IQ4_XS"
    case 29: "IQ1_M"
    case 34: "TQ1_0"
    case 35: "TQ2_0"
    case 39: "MXFP4"
    case 40: "NVFP4"
    default: nil
    }
  }
}
