import Tensors

/// The format's names of element types.
enum SafetensorsType {
  /// As the format's own library orders them: it writes tensors of the last type first.
  static let supported: [(name: String, elementType: ElementType)] = [
    ("BOOL", .bool), ("U8", .u8), ("I8", .i8), ("I16", .i16), ("U16", .u16), ("F16", .f16), ("BF16", .bf16),
    ("I32", .i32), ("U32", .u32), ("F32", .f32), ("F64", .f64), ("I64", .i64), ("U64", .u64),
  ]

  static func elementType(named name: String) -> ElementType? {
    supported.first { $0.name == name }?.elementType
  }

  /// The name of a type; `nil` for types that the format does not have.
  static func name(of elementType: ElementType) -> String? {
    supported.first { $0.elementType == elementType }?.name
  }

  static func writingOrder(of elementType: ElementType) -> Int {
    -(supported.firstIndex { $0.elementType == elementType } ?? 0)
  }
}
