import Tensors

/// One `TensorProto`, checked; its bytes stay in the file unless they came as typed numbers.
struct ONNXTensor {
  enum Content {
    /// A range of the file.
    case raw(ElementType, Range<Int>)
    case decoded(StoredTensor)
    case unsupported(feature: String)
  }

  private(set) var name = ""
  private(set) var shape: [Int] = []
  let typeName: String
  let content: Content

  static let maximumDimensions = 32

  init(_ file: UnsafeRawBufferPointer, _ range: Range<Int>) throws(ProtobufReader.Failure) {
    var reader = ProtobufReader(file, range)
    var dimensions: [Int] = []
    var typeNumber: UInt64 = 0
    var raw: Range<Int>?
    var typedFields = Set<Int>()
    var isExternal = false
    while let (field, value) = try reader.next() {
      switch field {
      case 1: try Self.appendDimensions(value, file, &dimensions)
      case 2:
        guard case .varint(let number) = value else { throw Self.failure("data_type is no number") }
        typeNumber = number
      case 4, 5, 6, 7, 10, 11: typedFields.insert(field)
      case 8: name = try value.string("a tensor's name", in: file)
      case 9: raw = try value.bytes("raw_data")
      case 13: isExternal = true
      case 14: if case .varint(let location) = value, location != 0 { isExternal = true }
      default: break
      }
    }
    shape = dimensions
    typeName =
      ONNXElementType.supported(typeNumber)?.elementType.rawValue.uppercased() ?? ONNXElementType.name(typeNumber)
    content =
      isExternal
      ? .unsupported(feature: "its data lies in another file (ONNX external data)")
      : try Self.content(file, range, name, shape, typeNumber, raw: raw, typedFields: typedFields)
  }

  private static func content(
    _ file: UnsafeRawBufferPointer, _ message: Range<Int>, _ name: String, _ shape: [Int], _ typeNumber: UInt64,
    raw: Range<Int>?, typedFields: Set<Int>
  ) throws(ProtobufReader.Failure) -> Content {
    guard let (elementType, field) = ONNXElementType.supported(typeNumber) else {
      return .unsupported(feature: "element type \(ONNXElementType.name(typeNumber)) is not supported")
    }
    guard let byteCount = checkedByteCount(elementType, shape: shape) else {
      throw failure("tensor '\(name)' has the impossible shape \(shape)")
    }
    if let raw {
      guard typedFields.isEmpty else { throw failure("tensor '\(name)' has both raw and typed data") }
      guard raw.count == byteCount else {
        throw failure("tensor '\(name)' of \(elementType) \(shape) needs \(byteCount) bytes, but has \(raw.count)")
      }
      return .raw(elementType, raw)
    }
    guard typedFields.isSubset(of: [field.rawValue]) else {
      throw failure("tensor '\(name)' of \(elementType) has its data in the wrong field")
    }
    let bytes = try ONNXTypedData.decode(file, message, elementType, field, byteCount, tensor: name)
    return .decoded(StoredTensor(elementType: elementType, shape: shape, storage: bytes))
  }

  private static func appendDimensions(
    _ value: ProtobufReader.Value, _ file: UnsafeRawBufferPointer, _ dimensions: inout [Int]
  ) throws(ProtobufReader.Failure) {
    func append(_ number: UInt64) throws(ProtobufReader.Failure) {
      // Signed in the schema: a negative one is over Int.max here.
      guard let dimension = Int(exactly: number) else { throw failure("a tensor has a negative dimension") }
      guard dimensions.count < maximumDimensions else {
        throw failure("a tensor has over \(maximumDimensions) dimensions")
      }
      dimensions.append(dimension)
    }
    switch value {
    case .varint(let number): try append(number)
    case .bytes(let range):
      var packed = ProtobufReader(file, range)
      while let number = try packed.nextVarint() { try append(number) }
    case .fixed32, .fixed64: throw failure("dims are no integers")
    }
  }

  private static func failure(_ problem: String) -> ProtobufReader.Failure {
    ProtobufReader.Failure(problem: problem)
  }
}
