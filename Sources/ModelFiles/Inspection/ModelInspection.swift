/// What a model file holds: its metadata, and its tensors without their numbers.
package struct ModelInspection: Sendable {
  /// The file, or the index of several.
  package let path: String
  package let format: ModelFileFormat
  /// The metadata in the order of the file.
  package let metadata: [(key: String, value: MetadataValue)]
  /// The tensors in the order of the file.
  package let tensors: [TensorListing]
  /// The files of a split model, in the order of the index; empty for a single file.
  package let shards: [String]

  /// Opens and checks a safetensors, GGUF, ONNX or PyTorch file, an index with its shards, or a directory with one of
  /// `DirectoryWeights`.
  ///
  /// - Throws: `ModelFileError`, as the readers do; also for a file of none of these formats.
  package init(path: String) throws(ModelFileError) {
    if FileSystem.isDirectory(path) {
      switch try openWeights(directory: path) {
      case let file as SafetensorsFile: self.init(file)
      case let file as ShardedWeights: self.init(file)
      case let file as PyTorchFile: self.init(file, .pyTorch, metadata: [])
      default: throw .cannotOpen(path: path, reason: "it holds weights of an unknown kind")
      }
      return
    }
    switch try ModelFileFormat(sniffing: path) {
    case .safetensors: self.init(try SafetensorsFile(path: path))
    case .safetensorsIndex, .pyTorchIndex: self.init(try ShardedWeights(path: path))
    case .gguf: self.init(try GGUFFile(path: path))
    case .onnx: self.init(try ONNXFile(path: path))
    case .pyTorch: self.init(try PyTorchFile(path: path), .pyTorch, metadata: [])
    case .json, nil:
      throw .cannotOpen(
        path: path,
        reason: "it is no safetensors, GGUF, ONNX or PyTorch file (nor the index of a split model)")
    }
  }

  private init(
    _ file: some ListedTensors, _ format: ModelFileFormat, metadata: [(key: String, value: MetadataValue)],
    shards: [String] = []
  ) {
    path = file.path
    self.format = format
    self.metadata = metadata
    tensors = file.listing
    self.shards = shards
  }

  private init(_ file: SafetensorsFile) {
    self.init(file, .safetensors, metadata: Self.sorted(file.metadata))
  }

  private init(_ file: ShardedWeights) {
    self.init(file, file.format, metadata: Self.sorted(file.metadata), shards: file.shardNames)
  }

  private init(_ file: GGUFFile) {
    self.init(
      file, .gguf, metadata: file.metadata.keys.compactMap { key in file.metadata.shown(key).map { (key, $0) } },
      shards: file.partNames)
  }

  private init(_ file: ONNXFile) {
    self.init(file, .onnx, metadata: file.metadata)
  }

  /// The metadata sorted by key, since readers do not keep the file's own order.
  private static func sorted(_ metadata: [String: String]) -> [(key: String, value: MetadataValue)] {
    metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }
  }
}

extension ModelInspection {
  /// The sums over the tensors of one element type, or of all.
  package struct Total: Sendable, Equatable, Encodable {
    package var tensors = 0
    package var elements = 0
    /// The bytes of those tensors whose size is known.
    package var bytes = 0

    mutating func add(_ tensor: TensorListing) {
      tensors += 1
      let (sum, overflow) = elements.addingReportingOverflow(tensor.elementCount)
      elements = overflow ? .max : sum
      bytes += tensor.byteCount ?? 0
    }
  }

  package var total: Total {
    tensors.reduce(into: Total()) { $0.add($1) }
  }

  package var totalsByType: [String: Total] {
    tensors.reduce(into: [:]) { $0[$1.type, default: Total()].add($1) }
  }
}

extension ModelInspection: Encodable {
  private enum CodingKeys: CodingKey {
    case file, format, metadata, shards, tensors, total, totalsByType
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .file)
    try container.encode(format.rawValue, forKey: .format)
    try container.encode(Dictionary(metadata.map { ($0.key, $0.value) }) { $1 }, forKey: .metadata)
    if !shards.isEmpty { try container.encode(shards, forKey: .shards) }
    try container.encode(tensors, forKey: .tensors)
    try container.encode(total, forKey: .total)
    try container.encode(totalsByType, forKey: .totalsByType)
  }
}
