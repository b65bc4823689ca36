import Tensors

/// Everything of a GGUF file before its tensors' data, checked as the format's specification demands
/// (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): versions 2 and 3, little-endian.
struct GGUFHeader {
  enum Failure: Error {
    case malformed(String)
    case unsupported(String)
  }

  struct TensorEntry {
    let name: String
    /// Outermost dimension first.
    let shape: [Int]
    let typeNumber: UInt32
    /// The range in the file; empty for types that are not supported, whose sizes are not known here.
    var bytes: Range<Int>
  }

  static let maximumKeyByteCount = 65_535
  static let maximumDimensions = 4
  static let alignmentKey = "general.alignment"

  private(set) var keys: [String] = []
  private(set) var metadata: [String: GGUFMetadata.Entry] = [:]
  private(set) var tensors: [TensorEntry] = []
  private var tensorIndices: [String: Int] = [:]

  init(file: UnsafeRawBufferPointer) throws(Failure) {
    var cursor = ByteCursor(file)
    let (tensorCount, pairCount): (Int, Int)
    do throws(ByteCursor.Failure) {
      guard file.starts(with: "GGUF".utf8) else { throw ByteCursor.Failure(problem: "it does not start with 'GGUF'") }
      try cursor.skip(4)
    } catch {
      throw .malformed(error.problem)
    }
    try Self.checkVersion(&cursor)
    do throws(ByteCursor.Failure) {
      // A tensor takes at least its name's length, dimension count, type and offset; a pair its key's length, its type
      // and a byte.
      tensorCount = try cursor.count(ofAtLeast: 24, "tensors")
      pairCount = try cursor.count(ofAtLeast: 13, "metadata values")
      try readMetadata(pairCount, &cursor)
      try readTensors(tensorCount, &cursor)
      try placeTensors(dataAfter: cursor.position, file)
    } catch {
      throw .malformed(error.problem)
    }
  }

  private static func checkVersion(_ cursor: inout ByteCursor) throws(Failure) {
    guard let version = try? cursor.read(UInt32.self) else { throw .malformed("it ends within its version") }
    switch version {
    case 2, 3: return
    case 1: throw .unsupported("version 1")
    case _ where 1...0xffff ~= version.byteSwapped: throw .unsupported("big-endian byte order")
    default: throw .unsupported("version \(version)")
    }
  }

  private mutating func readMetadata(_ count: Int, _ cursor: inout ByteCursor) throws(ByteCursor.Failure) {
    for _ in 0..<count {
      let key = try Self.name("metadata key", &cursor)
      let number: UInt32 = try cursor.read()
      guard let type = GGUFValueType(rawValue: number) else {
        throw ByteCursor.Failure(problem: "metadata value '\(key)' has the unknown type \(number)")
      }
      let entry = GGUFMetadata.Entry(type: type, offset: cursor.position)
      guard metadata.updateValue(entry, forKey: key) == nil else {
        throw ByteCursor.Failure(problem: "metadata key '\(key)' occurs twice")
      }
      keys.append(key)
      try type.skip(&cursor)
    }
  }

  private mutating func readTensors(_ count: Int, _ cursor: inout ByteCursor) throws(ByteCursor.Failure) {
    tensors.reserveCapacity(count)
    for index in 0..<count {
      let name = try Self.name("tensor name", &cursor)
      let dimensions: UInt32 = try cursor.read()
      guard dimensions <= Self.maximumDimensions else {
        throw ByteCursor.Failure(problem: "tensor '\(name)' has \(dimensions) dimensions, more than 4")
      }
      var shape: [Int] = []
      for _ in 0..<dimensions {
        let declared: UInt64 = try cursor.read()
        guard let dimension = Int(exactly: declared) else {
          throw ByteCursor.Failure(problem: "tensor '\(name)' has the impossible dimension \(declared)")
        }
        shape.insert(dimension, at: 0)
      }
      let typeNumber: UInt32 = try cursor.read()
      let declaredOffset: UInt64 = try cursor.read()
      guard let offset = Int(exactly: declaredOffset) else {
        throw ByteCursor.Failure(problem: "tensor '\(name)' has the impossible offset \(declaredOffset)")
      }
      guard tensorIndices.updateValue(index, forKey: name) == nil else {
        throw ByteCursor.Failure(problem: "tensor '\(name)' occurs twice")
      }
      var byteCount = 0
      if let elementType = GGMLType.elementType(typeNumber) {
        guard let needed = checkedByteCount(elementType, shape: shape) else {
          throw ByteCursor.Failure(problem: "tensor '\(name)' of \(elementType) has the impossible shape \(shape)")
        }
        byteCount = needed
      }
      // Relative to the data until the place of the data is known.
      let (end, overflow) = offset.addingReportingOverflow(byteCount)
      guard !overflow else {
        throw ByteCursor.Failure(problem: "tensor '\(name)' has the impossible offset \(declaredOffset)")
      }
      tensors.append(TensorEntry(name: name, shape: shape, typeNumber: typeNumber, bytes: offset..<end))
    }
  }

  /// Turns the tensors' offsets within the data into places in the file, and checks them.
  private mutating func placeTensors(
    dataAfter end: Int, _ file: UnsafeRawBufferPointer
  ) throws(ByteCursor.Failure) {
    let alignment = try alignment(file)
    guard !tensors.isEmpty else { return }
    let (padded, overflow) = end.addingReportingOverflow(alignment - 1)
    let dataStart = padded / alignment * alignment
    guard !overflow, dataStart <= file.count else {
      throw ByteCursor.Failure(problem: "it ends before its tensors' data")
    }
    let available = file.count - dataStart
    for index in tensors.indices {
      let entry = tensors[index]
      guard entry.bytes.lowerBound % alignment == 0 else {
        throw ByteCursor.Failure(
          problem: "tensor '\(entry.name)' lies at offset \(entry.bytes.lowerBound), no multiple of \(alignment)")
      }
      guard entry.bytes.upperBound <= available else {
        throw ByteCursor.Failure(problem: "tensor '\(entry.name)' ends beyond the end of the file")
      }
      tensors[index].bytes = entry.bytes.lowerBound + dataStart..<entry.bytes.upperBound + dataStart
    }
    let ordered = tensors.map { ($0.bytes.lowerBound, $0.bytes.upperBound, $0.name) }.sorted { $0 < $1 }
    for (before, after) in zip(ordered, ordered.dropFirst()) where before.1 > after.0 {
      throw ByteCursor.Failure(problem: "tensors '\(before.2)' and '\(after.2)' overlap")
    }
  }

  private func alignment(_ file: UnsafeRawBufferPointer) throws(ByteCursor.Failure) -> Int {
    guard let entry = metadata[Self.alignmentKey] else { return 32 }
    guard entry.type == .uint32, let alignment = entry.type.integer(file, at: entry.offset), alignment >= 8,
      alignment & (alignment - 1) == 0
    else { throw ByteCursor.Failure(problem: "\(Self.alignmentKey) is no uint32 power of two of at least 8") }
    return alignment
  }

  private static func name(_ what: String, _ cursor: inout ByteCursor) throws(ByteCursor.Failure) -> String {
    let length = try cursor.count(ofAtLeast: 1, "bytes of a \(what)")
    guard length <= maximumKeyByteCount else {
      throw ByteCursor.Failure(problem: "a \(what) of \(length) bytes is over the limit of \(maximumKeyByteCount)")
    }
    let range = try cursor.range(length)
    guard let name = String(validating: cursor.bytes[range]) else {
      throw ByteCursor.Failure(problem: "a \(what) at byte \(range.lowerBound) is not valid UTF-8")
    }
    return name
  }
}
