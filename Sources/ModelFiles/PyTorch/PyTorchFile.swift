public import Tensors

/// A PyTorch checkpoint as `torch.save` writes it since version 1.6: a zip archive of a pickle and one file a storage.
///
/// No code of the pickle is run: see `PickleProgram`. Tensors of nested dictionaries have their keys joined by dots. All are
/// read when the file is opened.
public struct PyTorchFile: TensorSource {
  public let path: String
  public let tensorNames: [String]
  private let tensors: [String: StoredTensor]

  private static let maximumPickleByteCount = 64 << 20
  private static let maximumDepth = 16

  /// - Throws: `ModelFileError.malformed`, `.unsupported` where the file holds more than tensors, or tensors of types or
  ///   strides that are not read here; `.cannotOpen`.
  public init(path: String) throws(ModelFileError) {
    self.path = path
    do {
      let archive = try ZipArchive(path: path)
      guard let pickle = archive.entries.first(where: { $0.name.hasSuffix("/data.pkl") }) else {
        throw Self.malformed(path, "it has no data.pkl: files of PyTorch before 1.6 are to be saved again")
      }
      let root = String(pickle.name.dropLast("data.pkl".count))
      if let order = archive.entries.first(where: { $0.name == root + "byteorder" }),
        try archive.read(order, limit: 64) != Array("little".utf8)
      {
        throw ModelFileError.unsupported(path: path, format: .pyTorch, feature: "numbers in big-endian order")
      }
      var found: [(String, PickleProgram.Tensor)] = []
      let value = try PickleProgram.run(try archive.read(pickle, limit: Self.maximumPickleByteCount))
      try Self.collect(value, "", depth: 0, into: &found)
      var storages: [String: StoredTensor.Bytes] = [:]
      var tensors: [String: StoredTensor] = [:]
      for (name, tensor) in found {
        if storages[tensor.key] == nil {
          storages[tensor.key] = try Self.storage(archive, root + "data/" + tensor.key)
        }
        guard let bytes = storages[tensor.key] else { continue }
        tensors[name] = try Self.tensor(name, tensor, bytes, path)
      }
      tensorNames = found.map(\.0)
      self.tensors = tensors
    } catch let failure as PickleProgram.Failure {
      throw Self.malformed(path, failure.problem)
    } catch let error as ModelFileError {
      throw error
    } catch {
      throw Self.malformed(path, "\(error)")
    }
  }

  public func tensor(named name: String) -> StoredTensor? { tensors[name] }

  private static func malformed(_ path: String, _ problem: String) -> ModelFileError {
    .malformed(path: path, format: .pyTorch, problem: problem)
  }

  private static func collect(
    _ value: PickleProgram.Value, _ name: String, depth: Int, into found: inout [(String, PickleProgram.Tensor)]
  ) throws(PickleProgram.Failure) {
    guard depth < maximumDepth else { throw .init(problem: "its dictionaries are nested too deeply") }
    switch value {
    case .tensor(let tensor): found.append((name, tensor))
    case .dictionary(let pairs):
      for pair in pairs {
        guard case .string(let key) = pair.key else { continue }
        try collect(pair.value, name.isEmpty ? key : "\(name).\(key)", depth: depth + 1, into: &found)
      }
    // Numbers and texts beside the tensors, such as the step of a training run.
    default: break
    }
  }

  private static func storage(_ archive: ZipArchive, _ name: String) throws -> StoredTensor.Bytes {
    let entry = try archive.entry(named: name)
    let buffer = RawBuffer(byteCount: entry.byteCount)
    var offset = 0
    try archive.extract(entry, limit: entry.byteCount) { piece in
      (buffer.pointer + offset).copyMemory(
        from: piece.baseAddress ?? UnsafeRawPointer(buffer.pointer), byteCount: piece.count)
      offset += piece.count
    }
    return StoredTensor.Bytes(pointer: UnsafeRawPointer(buffer.pointer), count: entry.byteCount, owner: buffer)
  }

  private static func tensor(
    _ name: String, _ tensor: PickleProgram.Tensor, _ bytes: StoredTensor.Bytes, _ path: String
  ) throws(ModelFileError) -> StoredTensor {
    func unsupported(_ feature: String) -> ModelFileError {
      .unsupportedTensor(path: path, key: name, feature: feature)
    }
    guard let type = elementTypes[tensor.type] else { throw unsupported("\(tensor.type.prefix(80)) is not known") }
    var stride = 1
    for (size, found) in zip(tensor.shape, tensor.strides).reversed() {
      guard size >= 0, size <= 1 || found == stride else {
        throw unsupported("its numbers do not lie one after the other (call contiguous() before saving)")
      }
      let (next, overflow) = stride.multipliedReportingOverflow(by: max(size, 1))
      guard !overflow else { throw unsupported("its shape \(tensor.shape) is too large") }
      stride = next
    }
    guard let count = checkedByteCount(type, shape: tensor.shape),
      let start = checkedByteCount(type, shape: [max(tensor.offset, 0)]), tensor.offset >= 0,
      start <= bytes.count, count <= bytes.count - start
    else { throw unsupported("its shape \(tensor.shape) is larger than its storage of \(bytes.count) bytes") }
    return .aligned(type, shape: tensor.shape, bytes: bytes[start..<start + count])
  }

  private static let elementTypes: [String: ElementType] = [
    "torch DoubleStorage": .f64, "torch FloatStorage": .f32, "torch HalfStorage": .f16, "torch BFloat16Storage": .bf16,
    "torch LongStorage": .i64, "torch IntStorage": .i32, "torch ShortStorage": .i16, "torch CharStorage": .i8,
    "torch ByteStorage": .u8, "torch BoolStorage": .bool,
  ]
}

extension PyTorchFile: ListedTensors {
  var listing: [TensorListing] {
    tensorNames.compactMap { name in
      tensors[name].map { TensorListing(name: name, elementType: $0.elementType, shape: $0.shape) }
    }
  }
}
