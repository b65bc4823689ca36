import Tensors

/// The header of a safetensors file, checked by the format's rules: eight bytes of length, a JSON object that gives
/// each tensor's type, shape and place, and tensors that fill the rest of the file without gap or overlap.
struct SafetensorsHeader {
  struct Entry {
    let name: String
    let typeName: String
    let shape: [Int]
    /// The tensor's range in the file.
    let bytes: Range<Int>
  }

  static let maximumByteCount = 100_000_000
  static let maximumDimensions = 32
  static let metadataKey = "__metadata__"

  private(set) var metadata: [String: String] = [:]
  /// The tensors in the order of the header.
  private(set) var entries: [Entry] = []

  struct Failure: Error {
    let problem: String
  }

  init(file: UnsafeRawBufferPointer) throws(Failure) {
    guard file.count >= 8 else { throw Failure(problem: "shorter than the 8 bytes of the header's length") }
    let declared = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard let length = Int(exactly: declared), length <= Self.maximumByteCount else {
      throw Failure(problem: "a header of \(declared) bytes is over the limit of \(Self.maximumByteCount)")
    }
    guard length <= file.count - 8 else {
      throw Failure(problem: "a header of \(length) bytes does not fit the file's \(file.count)")
    }
    let text = UnsafeRawBufferPointer(rebasing: file[8..<8 + length])
    guard text.first == UInt8(ascii: "{") else { throw Failure(problem: "the header does not start with '{'") }
    do throws(JSONScanner.Failure) {
      try scan(text, dataStart: 8 + length)
    } catch {
      throw Failure(problem: "header, byte \(error.offset): \(error.problem)")
    }
    try checkPlaces(data: 8 + length..<file.count)
  }

  private mutating func scan(_ text: UnsafeRawBufferPointer, dataStart: Int) throws(JSONScanner.Failure) {
    var scanner = JSONScanner(text)
    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    try scanner.object { (scanner, name) throws(JSONScanner.Failure) in
      if name == Self.metadataKey {
        // Some writers put `null` where there is no metadata.
        if scanner.skip(word: "null") { return }
        try scanner.object { (scanner, key) throws(JSONScanner.Failure) in metadata[key] = try scanner.string() }
      } else {
        entries.append(try Self.entry(name, &scanner, dataStart: dataStart))
      }
    }
    try scanner.finish()
    self.metadata = metadata
    self.entries = entries
  }

  private static func entry(
    _ name: String, _ scanner: inout JSONScanner, dataStart: Int
  ) throws(JSONScanner.Failure) -> Entry {
    var typeName: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { (scanner, key) throws(JSONScanner.Failure) in
      switch key {
      case "dtype": typeName = try scanner.string()
      case "shape": shape = try naturals(&scanner, atMost: maximumDimensions)
      case "data_offsets": offsets = try naturals(&scanner, atMost: 2)
      default: try scanner.skipValue()
      }
    }
    guard let typeName, let shape, let offsets, offsets.count == 2 else {
      throw scanner.failure("tensor '\(name)' lacks dtype, shape or two data_offsets")
    }
    let (start, startOverflow) = offsets[0].addingReportingOverflow(dataStart)
    let (end, endOverflow) = offsets[1].addingReportingOverflow(dataStart)
    guard !startOverflow, !endOverflow, start <= end else {
      throw scanner.failure("tensor '\(name)' has the impossible data_offsets \(offsets)")
    }
    if let elementType = SafetensorsType.elementType(named: typeName) {
      guard let needed = checkedByteCount(elementType, shape: shape) else {
        throw scanner.failure("tensor '\(name)' has the impossible shape \(shape)")
      }
      guard needed == end - start else {
        throw scanner.failure(
          "tensor '\(name)' of \(typeName) \(shape) needs \(needed) bytes, but data_offsets give \(end - start)")
      }
    }
    return Entry(name: name, typeName: typeName, shape: shape, bytes: start..<end)
  }

  private static func naturals(
    _ scanner: inout JSONScanner, atMost limit: Int
  ) throws(JSONScanner.Failure) -> [Int] {
    var numbers: [Int] = []
    try scanner.array { (scanner) throws(JSONScanner.Failure) in
      let number = try scanner.integer()
      guard number >= 0 else { throw scanner.failure("\(number) is negative") }
      guard numbers.count < limit else { throw scanner.failure("more than \(limit) numbers in a row") }
      numbers.append(number)
    }
    return numbers
  }

  /// Each tensor starts where the one before ends; together they fill the data from start to end.
  private func checkPlaces(data: Range<Int>) throws(Failure) {
    var position = data.lowerBound
    // An empty tensor shares its start with the next one: by end as well, so that it comes first.
    let ordered = entries.sorted {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }
    for entry in ordered {
      guard entry.bytes.lowerBound == position else {
        let problem = entry.bytes.lowerBound > position ? "leaves a gap before it" : "overlaps another"
        throw Failure(problem: "tensor '\(entry.name)' \(problem)")
      }
      position = entry.bytes.upperBound
    }
    guard position == data.upperBound else {
      throw Failure(
        problem: "the tensors take \(position - data.lowerBound) bytes, but the file has \(data.count) bytes of data")
    }
  }
}
