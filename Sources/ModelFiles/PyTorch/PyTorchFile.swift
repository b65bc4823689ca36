package import Tensors

/// A PyTorch checkpoint as `torch.save` writes it: since version 1.6 a zip archive of a pickle and one file per
/// storage, before that pickles and storages one after the other.
///
/// No code of the pickle is run: see `PickleProgram`. Tensors of nested dictionaries have their keys joined by dots. Storages
/// are mapped, as `torch.save` does not compress them; their checksums are not verified then. Tensors whose numbers do not lie one
/// after the other, such as transposed ones, are copied anew at every call.
package struct PyTorchFile: TensorSource {
  package let path: String
  package let tensorNames: [String]
  private let entries: [String: Entry]

  /// A tensor that lies within its storage.
  private struct Entry {
    let type: ElementType
    let tensor: PickleProgram.Tensor
    /// The bytes from its first number to the end of its storage.
    let bytes: StoredTensor.Bytes
    /// The size of the numbers, stored one after the other.
    let byteCount: Int
  }

  private static let maximumDepth = 16
  /// A limit: dictionaries that a pickle nests in others again and again would otherwise take endless time.
  private static let maximumValues = 1_000_000

  /// - Parameter verifying: compares checksums, for which the whole file is read; files from before version 1.6 have
  ///   none. A model that is loaded again and again has its SHA-256.
  /// - Throws: `ModelFileError.malformed`; `.unsupported` for numbers in big-endian order; `.unsupportedTensor` where a type is
  ///   not read here; `.cannotOpen`.
  package init(path: String, verifying: Bool = false) throws(ModelFileError) {
    self.path = path
    let file = try MappedFile(path: path).bytes
    do {
      let content: any PyTorchContent =
        OlderPyTorchContent.begins(file)
        ? try OlderPyTorchContent(file, path) : try PyTorchArchive(file, path, verifying: verifying)
      var found: [(String, PickleProgram.Tensor)] = []
      var count = 0
      try Self.collect(content.value, "", depth: 0, count: &count, into: &found)
      var storages: [String: StoredTensor.Bytes] = [:]
      var entries: [String: Entry] = [:]
      for (name, tensor) in found {
        if storages[tensor.key] == nil { storages[tensor.key] = try content.storage(tensor.key) }
        guard let bytes = storages[tensor.key] else { continue }
        entries[name] = try Self.entry(name, tensor, bytes, path)
      }
      tensorNames = found.map(\.0)
      self.entries = entries
    } catch let failure as PickleProgram.Failure {
      throw Self.malformed(path, failure.problem)
    } catch let error as ModelFileError {
      throw error
    } catch {
      throw Self.malformed(path, "\(error)")
    }
  }

  package func tensor(named name: String) -> StoredTensor? { entries[name].map(Self.stored) }

  private static func malformed(_ path: String, _ problem: String) -> ModelFileError {
    .malformed(path: path, format: .pyTorch, problem: problem)
  }

  private static func collect(
    _ value: PickleProgram.Value, _ name: String, depth: Int, count: inout Int,
    into found: inout [(String, PickleProgram.Tensor)]
  ) throws(PickleProgram.Failure) {
    count += 1
    guard count <= maximumValues else { throw .init(problem: "it has more than \(maximumValues) values") }
    guard depth < maximumDepth else { throw .init(problem: "its dictionaries are nested too deeply") }
    switch value {
    case .tensor(let tensor): found.append((name, tensor))
    case .dictionary(let pairs):
      for pair in pairs {
        guard case .string(let key) = pair.key else { continue }
        try collect(pair.value, name.isEmpty ? key : "\(name).\(key)", depth: depth + 1, count: &count, into: &found)
      }
    // Numbers and texts beside the tensors, such as the step of a training run.
    default: break
    }
  }

  private static func entry(
    _ name: String, _ tensor: PickleProgram.Tensor, _ bytes: StoredTensor.Bytes, _ path: String
  ) throws(ModelFileError) -> Entry {
    func unsupported(_ feature: String) -> ModelFileError {
      .unsupportedTensor(path: path, key: name, feature: feature)
    }
    guard let type = elementTypes[tensor.type] else { throw unsupported("\(tensor.type.prefix(80)) is not known") }
    let tooLarge = unsupported("its shape \(tensor.shape) is larger than its storage of \(bytes.count) bytes")
    // Also where a stride of 0 would let a few numbers fill any shape.
    guard let count = checkedByteCount(type, shape: tensor.shape), count <= bytes.count,
      let start = checkedByteCount(type, shape: [max(tensor.offset, 0)]), tensor.offset >= 0, start <= bytes.count
    else { throw tooLarge }
    let room = bytes.count - start
    let isInside =
      tensor.isContiguous ? count <= room : tensor.lastOffset.map { $0 < room / type.blockBytes } ?? false
    guard isInside else { throw tooLarge }
    return Entry(type: type, tensor: tensor, bytes: bytes[start..<bytes.count], byteCount: count)
  }

  private static func stored(_ entry: Entry) -> StoredTensor {
    let (type, shape) = (entry.type, entry.tensor.shape)
    guard !entry.tensor.isContiguous else {
      return .aligned(type, shape: shape, bytes: entry.bytes[0..<entry.byteCount])
    }
    let size = type.blockBytes
    let copy = RawBuffer(byteCount: entry.byteCount)
    let dimensions = zip(shape, entry.tensor.strides).filter { $0.0 > 1 }
    var (index, source) = (dimensions.map { _ in 0 }, 0)
    for target in stride(from: 0, to: entry.byteCount, by: size) {
      (copy.pointer + target).copyMemory(from: entry.bytes.pointer + source * size, byteCount: size)
      // The last dimension that is not at its end advances; those behind it restart.
      for (number, dimension) in dimensions.enumerated().reversed() {
        index[number] += 1
        source += dimension.1
        if index[number] < dimension.0 { break }
        source -= index[number] * dimension.1
        index[number] = 0
      }
    }
    return StoredTensor(
      elementType: type, shape: shape,
      storage: StoredTensor.Bytes(pointer: UnsafeRawPointer(copy.pointer), count: entry.byteCount, owner: copy))
  }

  /// The element types by the class of their storage.
  static let elementTypes: [String: ElementType] = [
    "torch DoubleStorage": .f64, "torch FloatStorage": .f32, "torch HalfStorage": .f16, "torch BFloat16Storage": .bf16,
    "torch LongStorage": .i64, "torch IntStorage": .i32, "torch ShortStorage": .i16, "torch CharStorage": .i8,
    "torch ByteStorage": .u8, "torch BoolStorage": .bool,
  ]
}

extension PickleProgram.Tensor {
  /// Whether the numbers lie one after the other, the last dimension being the row.
  fileprivate var isContiguous: Bool {
    var expected = 1
    for (size, found) in zip(shape, strides).reversed() {
      guard size <= 1 || found == expected else { return false }
      expected = expected.multipliedReportingOverflow(by: max(size, 1)).partialValue
    }
    return true
  }

  /// The offset of the last element from the first, in elements; `nil` where a stride is negative or it overflows.
  fileprivate var lastOffset: Int? {
    var last = 0
    for (size, stride) in zip(shape, strides) {
      let (reach, overflow) = max(size - 1, 0).multipliedReportingOverflow(by: stride)
      let (next, tooFar) = last.addingReportingOverflow(reach)
      if stride < 0 || overflow || tooFar { return nil }
      last = next
    }
    return last
  }
}

extension PyTorchFile: WeightShard {
  var listing: [TensorListing] { tensorNames.compactMap(listing) }

  var metadata: [String: String] { [:] }

  func contains(_ name: String) -> Bool { entries[name] != nil }

  func listing(of name: String) -> TensorListing? {
    entries[name].map { TensorListing(name: name, elementType: $0.type, shape: $0.tensor.shape) }
  }
}
