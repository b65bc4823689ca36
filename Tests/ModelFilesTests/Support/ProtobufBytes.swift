/// Protobuf messages of any content, valid or not.
struct ProtobufBytes {
  private(set) var bytes = Bytes()

  static func varint(_ value: UInt64) -> [UInt8] {
    var (bytes, rest): ([UInt8], UInt64) = ([], value)
    while rest > 0x7f {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  func raw(_ raw: [UInt8]) -> ProtobufBytes { ProtobufBytes(bytes: bytes.appending(raw)) }

  func number(_ field: UInt64, _ value: UInt64) -> ProtobufBytes {
    raw(Self.varint(field << 3) + Self.varint(value))
  }

  func fixed32(_ field: UInt64, _ value: UInt32) -> ProtobufBytes {
    raw(Self.varint(field << 3 | 5) + Bytes().appending(little: value).values)
  }

  func fixed64(_ field: UInt64, _ value: UInt64) -> ProtobufBytes {
    raw(Self.varint(field << 3 | 1) + Bytes().appending(little: value).values)
  }

  /// - Parameter length: where it is not what is there.
  func bytes(_ field: UInt64, _ content: [UInt8], length: UInt64? = nil) -> ProtobufBytes {
    raw(Self.varint(field << 3 | 2) + Self.varint(length ?? UInt64(content.count)) + content)
  }

  func message(_ field: UInt64, _ content: ProtobufBytes) -> ProtobufBytes { bytes(field, content.bytes.values) }

  func text(_ field: UInt64, _ content: String) -> ProtobufBytes { bytes(field, Array(content.utf8)) }

  /// An ONNX model with these initializers.
  static func model(_ tensors: [ProtobufBytes]) -> ProtobufBytes {
    ProtobufBytes().message(7, tensors.reduce(ProtobufBytes()) { $0.message(5, $1) })
  }

  /// The start of an ONNX tensor.
  static func tensor(_ dimensions: [UInt64], type: UInt64, name: String = "t") -> ProtobufBytes {
    dimensions.reduce(ProtobufBytes()) { $0.number(1, $1) }.number(2, type).text(8, name)
  }
}
