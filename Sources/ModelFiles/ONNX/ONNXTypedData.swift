import Tensors

/// Decodes the numbers of a `TensorProto` that came in a typed field, packed or one by one.
struct ONNXTypedData {
  private let elementType: ElementType
  private let tensor: String
  private let destination: UnsafeMutableRawBufferPointer
  private var position = 0

  /// - Parameters:
  ///   - message: the `TensorProto`, which is walked over once more: a list of its numbers would be many times as large.
  ///   - byteCount: what type and shape need; checked against what the message can hold before memory is taken.
  static func decode(
    _ file: UnsafeRawBufferPointer, _ message: Range<Int>, _ elementType: ElementType,
    _ field: ONNXElementType.TypedField, _ byteCount: Int, tensor: String
  ) throws(ProtobufReader.Failure) -> StoredTensor.Bytes {
    // Every number takes at least one byte.
    guard byteCount / elementType.blockBytes <= message.count else {
      throw ProtobufReader.Failure(problem: "tensor '\(tensor)' has fewer numbers than its shape needs")
    }
    let buffer = RawBuffer(byteCount: byteCount)
    var decoder = ONNXTypedData(elementType: elementType, tensor: tensor, destination: buffer.bytes)
    var reader = ProtobufReader(file, message)
    while let (number, value) = try reader.next() {
      if number == field.rawValue { try decoder.append(value, file, field) }
    }
    guard decoder.position == byteCount else {
      throw ProtobufReader.Failure(problem: "tensor '\(tensor)' has fewer numbers than its shape needs")
    }
    return StoredTensor.Bytes(pointer: UnsafeRawPointer(buffer.pointer), count: byteCount, owner: buffer)
  }

  private init(elementType: ElementType, tensor: String, destination: UnsafeMutableRawBufferPointer) {
    self.elementType = elementType
    self.tensor = tensor
    self.destination = destination
  }

  private mutating func append(
    _ value: ProtobufReader.Value, _ file: UnsafeRawBufferPointer, _ field: ONNXElementType.TypedField
  ) throws(ProtobufReader.Failure) {
    switch (field, value) {
    case (.float, .fixed32(let bits)): try store(bits)
    case (.double, .fixed64(let bits)): try store(bits)
    case (.float, .bytes(let range)), (.double, .bytes(let range)):
      guard range.count % elementType.blockBytes == 0, range.count <= destination.count - position else {
        throw failure("more or fewer numbers than its shape needs")
      }
      // Packed floats are little-endian bytes already.
      UnsafeMutableRawBufferPointer(rebasing: destination[position...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: file[range]))
      position += range.count
    case (.int32, .varint(let number)), (.int64, .varint(let number)), (.uint64, .varint(let number)):
      try store(integer: number)
    case (.int32, .bytes(let range)), (.int64, .bytes(let range)), (.uint64, .bytes(let range)):
      var packed = ProtobufReader(file, range)
      while let number = try packed.nextVarint() { try store(integer: number) }
    default: throw failure("numbers in the wrong encoding")
    }
  }

  private mutating func store(integer number: UInt64) throws(ProtobufReader.Failure) {
    // Negative numbers come sign-extended to 64 bits.
    let signed = Int64(bitPattern: number)
    switch elementType {
    case .i8: try store(narrow(signed, Int8.self))
    case .i16: try store(narrow(signed, Int16.self))
    case .i32: try store(narrow(signed, Int32.self))
    case .i64: try store(signed)
    case .u8: try store(narrow(signed, UInt8.self))
    // Half floats come as their bits.
    case .u16, .f16, .bf16: try store(narrow(signed, UInt16.self))
    case .u32: try store(narrow(signed, UInt32.self))
    case .u64: try store(number)
    case .bool:
      guard number <= 1 else { throw failure("a truth value that is neither 0 nor 1") }
      try store(UInt8(number))
    default: throw failure("numbers in the wrong encoding")
    }
  }

  private func narrow<Integer: FixedWidthInteger>(
    _ number: Int64, _: Integer.Type
  ) throws(ProtobufReader.Failure) -> Integer {
    guard let narrow = Integer(exactly: number) else {
      throw failure("the number \(number), which its type cannot hold")
    }
    return narrow
  }

  private mutating func store<Integer: FixedWidthInteger>(_ number: Integer) throws(ProtobufReader.Failure) {
    let size = MemoryLayout<Integer>.size
    guard size <= destination.count - position else { throw failure("more numbers than its shape needs") }
    destination.storeBytes(of: number.littleEndian, toByteOffset: position, as: Integer.self)
    position += size
  }

  private func failure(_ problem: String) -> ProtobufReader.Failure {
    ProtobufReader.Failure(problem: "tensor '\(tensor)' of \(elementType) has \(problem)")
  }
}
