public import Tensors

/// A model split over several safetensors files, as `model.safetensors.index.json` lists them.
public struct ShardedSafetensors: ListedTensors {
  /// The index file.
  public let path: String
  public let tensorNames: [String]

  private let shards: [SafetensorsFile]
  /// Which shard a tensor lies in.
  private let shardIndices: [String: Int]

  static let maximumShards = 4096

  /// - Parameter path: the index file; its shards lie in the same directory.
  /// - Throws: `ModelFileError`, also where a shard is missing or damaged, does not have a tensor that the index puts
  ///   there, or is named by a path that leaves the directory.
  public init(path: String) throws(ModelFileError) {
    let weightMap = try Self.weightMap(path)
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let directory = path[..<slash]

    var shards: [SafetensorsFile] = []
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
        guard shards.count < Self.maximumShards else {
          throw Self.malformed(path, "more than \(Self.maximumShards) shards")
        }
        index = shards.count
        shards.append(try SafetensorsFile(path: directory + file))
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

  public func tensor(named name: String) -> StoredTensor? {
    shardIndices[name].flatMap { shards[$0].tensor(named: name) }
  }

  public func unsupportedFeature(ofTensor name: String) -> String? {
    shardIndices[name].flatMap { shards[$0].unsupportedFeature(ofTensor: name) }
  }

  public func path(ofTensor name: String) -> String {
    shardIndices[name].map { shards[$0].path } ?? path
  }

  private static func malformed(_ path: String, _ problem: String) -> ModelFileError {
    .malformed(path: path, format: .safetensorsIndex, problem: problem)
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

/// The weights in a model's directory: `model.safetensors`, or else the shards of `model.safetensors.index.json`.
///
/// - Throws: `ModelFileError`, naming both files where the directory has neither.
public func openSafetensors(directory: String) throws(ModelFileError) -> any TensorSource {
  let single = "\(directory)/model.safetensors"
  let index = "\(directory)/model.safetensors.index.json"
  if fileExists(single) { return try SafetensorsFile(path: single) }
  if fileExists(index) { return try ShardedSafetensors(path: index) }
  throw .cannotOpen(
    path: directory, reason: "it has neither model.safetensors nor model.safetensors.index.json")
}
