/// Walks over the fields of one protobuf message (https://protobuf.dev/programming-guides/encoding/) without knowing
/// its schema. Nothing is copied: bytes and nested messages are ranges of the whole file.
struct ProtobufReader {
  struct Failure: Error, Equatable {
    let problem: String
  }

  /// What stands after a field's number.
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// A nested message, string, byte string or packed array, as a range of the file.
    case bytes(Range<Int>)
  }

  let file: UnsafeRawBufferPointer
  private var position: Int
  private let end: Int

  /// - Parameters:
  ///   - file: must stay valid for as long as the reader is used.
  ///   - range: the message, within the file.
  init(_ file: UnsafeRawBufferPointer, _ range: Range<Int>) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field; `nil` at the end of the message.
  mutating func next() throws(Failure) -> (field: Int, value: Value)? {
    guard position < end else { return nil }
    let tag = try varint()
    guard let field = Int(exactly: tag >> 3), (1...0x1fff_ffff).contains(field) else {
      throw failure("a field has the impossible number \(tag >> 3)")
    }
    switch tag & 7 {
    case 0: return (field, .varint(try varint()))
    case 1: return (field, .fixed64(try fixed()))
    case 2:
      let length = try varint()
      guard let count = Int(exactly: length), count <= end - position else {
        throw failure("field \(field) of \(length) bytes does not fit the \(end - position) that follow")
      }
      position += count
      return (field, .bytes(position - count..<position))
    case 5: return (field, .fixed32(try fixed()))
    default: throw failure("field \(field) has the wire type \(tag & 7), which is not in use")
    }
  }

  /// The next number of a packed array; `nil` at its end.
  mutating func nextVarint() throws(Failure) -> UInt64? {
    position < end ? try varint() : nil
  }

  private mutating func varint() throws(Failure) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { throw failure("a number is cut off") }
      let byte = file[position]
      position += 1
      // The tenth byte holds the 64th bit only.
      guard shift < 63 || byte <= 1 else { throw failure("a number has more than 64 bits") }
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw failure("a number has more than 64 bits")
  }

  private mutating func fixed<Integer: FixedWidthInteger>() throws(Failure) -> Integer {
    guard end - position >= MemoryLayout<Integer>.size else { throw failure("a number is cut off") }
    defer { position += MemoryLayout<Integer>.size }
    return Integer(littleEndian: file.loadUnaligned(fromByteOffset: position, as: Integer.self))
  }

  private func failure(_ problem: String) -> Failure { Failure(problem: "byte \(position): \(problem)") }
}

extension ProtobufReader.Value {
  /// A nested message, string or byte string.
  func bytes(_ what: String) throws(ProtobufReader.Failure) -> Range<Int> {
    guard case .bytes(let range) = self else { throw ProtobufReader.Failure(problem: "\(what) is no byte string") }
    return range
  }

  func string(_ what: String, in file: UnsafeRawBufferPointer) throws(ProtobufReader.Failure) -> String {
    guard let string = String(validating: file[try bytes(what)]) else {
      throw ProtobufReader.Failure(problem: "\(what) is not valid UTF-8")
    }
    return string
  }
}
