import Tensors

/// What a file of `torch.save` holds, in either layout: a table that names tensors' storages, and these.
protocol PyTorchContent {
  var value: PickleProgram.Value { get }

  /// The bytes of the storage of this key.
  func storage(_ key: String) throws -> StoredTensor.Bytes
}

/// The layout since version 1.6: a zip archive.
struct PyTorchArchive: PyTorchContent {
  let value: PickleProgram.Value
  private let archive: ZipArchive
  /// The archive's bytes, of which uncompressed entries are parts; `nil` to read and verify them.
  private let file: StoredTensor.Bytes?
  /// The directory in the archive.
  private let root: String

  private static let maximumPickleByteCount = 64 << 20

  init(_ file: StoredTensor.Bytes, _ path: String, verifying: Bool) throws {
    archive = try ZipArchive(path: path)
    self.file = verifying ? nil : file
    guard let pickle = archive.entries.first(where: { $0.name.hasSuffix("/data.pkl") }) else {
      throw PickleProgram.Failure(problem: "it is a zip archive without data.pkl")
    }
    let root = String(pickle.name.dropLast("data.pkl".count))
    self.root = root
    if let order = archive.entries.first(where: { $0.name == root + "byteorder" }),
      try archive.read(order, limit: 64) != Array("little".utf8)
    {
      throw ModelFileError.unsupported(path: path, format: .pyTorch, feature: "numbers in big-endian order")
    }
    value = try PickleProgram.run(try archive.read(pickle, limit: Self.maximumPickleByteCount))
  }

  func storage(_ key: String) throws -> StoredTensor.Bytes {
    let entry = try archive.entry(named: root + "data/" + key)
    if let file, let range = try archive.storedRange(of: entry) {
      guard range.upperBound <= file.count else { throw PickleProgram.Failure(problem: "it was cut short meanwhile") }
      return file[range]
    }
    let buffer = RawBuffer(byteCount: entry.byteCount)
    var offset = 0
    try archive.extract(entry, limit: entry.byteCount) { piece in
      (buffer.pointer + offset).copyMemory(
        from: piece.baseAddress ?? UnsafeRawPointer(buffer.pointer), byteCount: piece.count)
      offset += piece.count
    }
    return StoredTensor.Bytes(pointer: UnsafeRawPointer(buffer.pointer), count: entry.byteCount, owner: buffer)
  }
}

/// The layout before version 1.6: pickles of a magic number, a version, the machine, the table and the storages' keys; then
/// each storage behind the number of its elements.
struct OlderPyTorchContent: PyTorchContent {
  let value: PickleProgram.Value
  private let file: StoredTensor.Bytes
  private let ranges: [String: Range<Int>]

  /// The pickle of the magic number.
  private static let start: [UInt8] = [
    0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
  ]

  static func begins(_ file: StoredTensor.Bytes) -> Bool { file.buffer.starts(with: start) }

  init(_ file: StoredTensor.Bytes, _ path: String) throws {
    self.file = file
    var end = Self.start.count
    func next() throws -> PickleProgram.Outcome {
      let outcome = try PickleProgram.run(file.buffer, at: end)
      end = outcome.end
      return outcome
    }
    guard try next().value == .integer(1001) else {
      throw PickleProgram.Failure(problem: "its version of the layout before PyTorch 1.6 is not known")
    }
    if case .dictionary(let machine) = try next().value,
      machine.contains(.init(key: .string("little_endian"), value: .bool(false)))
    {
      throw ModelFileError.unsupported(path: path, format: .pyTorch, feature: "numbers in big-endian order")
    }
    let table = try next()
    value = table.value
    guard case .list(let keys) = try next().value else {
      throw PickleProgram.Failure(problem: "its storages are not listed")
    }
    var cursor = ByteCursor(file.buffer, at: end)
    var ranges: [String: Range<Int>] = [:]
    for key in keys {
      // The list names the table's storages, whose types tell how long they are.
      guard case .string(let key) = key, let type = table.storageTypes[key] else {
        throw PickleProgram.Failure(problem: "it lists a storage that no tensor has")
      }
      guard let type = PyTorchFile.elementTypes[type] else {
        throw PickleProgram.Failure(problem: "\(type.prefix(80)) is not known")
      }
      do {
        ranges[key] = try cursor.range(try cursor.count(ofAtLeast: type.blockBytes, "numbers") * type.blockBytes)
      } catch {
        throw PickleProgram.Failure(problem: error.problem)
      }
    }
    self.ranges = ranges
  }

  func storage(_ key: String) throws -> StoredTensor.Bytes {
    guard let range = ranges[key] else { throw PickleProgram.Failure(problem: "storage \(key.prefix(80)) is missing") }
    return file[range]
  }
}
