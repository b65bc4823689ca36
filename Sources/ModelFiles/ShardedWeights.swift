package import Tensors

/// A model split over several safetensors or PyTorch files, as `model.safetensors.index.json` or
/// `pytorch_model.bin.index.json` lists them.
package struct ShardedWeights: ListedTensors {
  /// The index file.
  package let path: String
  package let tensorNames: [String]

  private let shards: [any WeightShard]
  /// Which shard a tensor lies in.
  private let shardIndices: [String: Int]

  static let maximumShards = 4096

  /// - Parameter path: the index file; its shards lie in the same directory.
  /// - Throws: `ModelFileError`, also where a shard is missing or damaged, does not have a tensor that the index puts
  ///   there, or is named by a path that leaves the directory.
  package init(path: String) throws(ModelFileError) {
    let weightMap = try Self.weightMap(path)
    // Other files would not be part of the model's hash: see `ModelWeights`.
    let kind: DirectoryWeights = Self.format(ofIndex: path) == .pyTorchIndex ? .pyTorchIndex : .safetensorsIndex
    let directory = Path.parent(path)

    var shards: [any WeightShard] = []
    var shardOfFile: [String: Int] = [:]
    var shardIndices: [String: Int] = [:]
    for (name, file) in weightMap {
      let index: Int
      if let known = shardOfFile[file] {
        index = known
      } else {
        guard Self.staysInDirectory(file) else {
          throw Self.malformed(path, "shard '\(file.prefix(200))' is no plain file name")
        }
        guard kind.isShard(file) else {
          throw Self.malformed(path, "shard '\(file.prefix(200))' is not called as a shard is")
        }
        guard shards.count < Self.maximumShards else {
          throw Self.malformed(path, "more than \(Self.maximumShards) shards")
        }
        index = shards.count
        let shard = Path.join(directory, file)
        shards.append(
          Self.format(ofIndex: path) == .pyTorchIndex ? try PyTorchFile(path: shard) : try SafetensorsFile(path: shard))
        shardOfFile[file] = index
      }
      guard shards[index].contains(name) else {
        throw Self.malformed(path, "tensor '\(name)' is not in shard '\(file)'")
      }
      shardIndices[name] = index
    }
    self.path = path
    tensorNames = weightMap.map(\.name)
    self.shards = shards
    self.shardIndices = shardIndices
  }

  var listing: [TensorListing] {
    tensorNames.compactMap { name in shardIndices[name].flatMap { shards[$0].listing(of: name) } }
  }

  /// The files, in the order in which the index first names them.
  var shardNames: [String] { shards.map { Path.name($0.path) } }

  /// The text pairs of all shards.
  var metadata: [String: String] {
    shards.reduce(into: [:]) { all, shard in all.merge(shard.metadata) { first, _ in first } }
  }

  package func tensor(named name: String) -> StoredTensor? {
    shardIndices[name].flatMap { shards[$0].tensor(named: name) }
  }

  package func unsupportedFeature(ofTensor name: String) -> String? {
    shardIndices[name].flatMap { shards[$0].unsupportedFeature(ofTensor: name) }
  }

  package func path(ofTensor name: String) -> String {
    shardIndices[name].map { shards[$0].path } ?? path
  }

  /// The format of the index, by its name.
  var format: ModelFileFormat { Self.format(ofIndex: path) }

  private static func format(ofIndex path: String) -> ModelFileFormat {
    path.lowercased().hasSuffix(".bin.index.json") ? .pyTorchIndex : .safetensorsIndex
  }

  private static func malformed(_ path: String, _ problem: String) -> ModelFileError {
    .malformed(path: path, format: format(ofIndex: path), problem: problem)
  }

  private static func staysInDirectory(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  private static func weightMap(_ path: String) throws(ModelFileError) -> [(name: String, file: String)] {
    let bytes = try MappedFile(path: path).bytes
    defer { withExtendedLifetime(bytes) {} }
    guard bytes.count <= SafetensorsHeader.maximumByteCount else {
      throw malformed(
        path, "an index of \(bytes.count) bytes is over the limit of \(SafetensorsHeader.maximumByteCount)")
    }
    var scanner = JSONScanner(bytes.buffer)
    var weightMap: [(name: String, file: String)]?
    do throws(JSONScanner.Failure) {
      try scanner.object { (scanner, key) throws(JSONScanner.Failure) in
        guard key == "weight_map" else { return try scanner.skipValue() }
        var pairs: [(name: String, file: String)] = []
        try scanner.object { (scanner, name) throws(JSONScanner.Failure) in
          pairs.append((name, try scanner.string()))
        }
        weightMap = pairs
      }
      try scanner.finish()
    } catch {
      throw malformed(path, "byte \(error.offset): \(error.problem)")
    }
    guard let weightMap else { throw malformed(path, "it has no 'weight_map'") }
    return weightMap
  }
}

/// One of the files of a split model.
protocol WeightShard: ListedTensors {
  /// Free text pairs.
  var metadata: [String: String] { get }

  /// Whether the file has a tensor of this name, usable or not.
  func contains(_ name: String) -> Bool

  /// What the file says of the tensor of this name.
  func listing(of name: String) -> TensorListing?
}

extension SafetensorsFile: WeightShard {}
