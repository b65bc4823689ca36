import Tensors

/// One mapped and checked file of a model.
struct GGUFPart: Sendable {
  let path: String
  let metadata: GGUFMetadata
  let tensors: [GGUFHeader.TensorEntry]
  private let bytes: StoredTensor.Bytes

  static let numberKey = "split.no"
  static let countKey = "split.count"
  static let tensorCountKey = "split.tensors.count"

  /// - Throws: `ModelFileError`.
  init(path: String) throws(ModelFileError) {
    let bytes = try MappedFile(path: path).bytes
    let header: GGUFHeader
    do throws(GGUFHeader.Failure) {
      header = try GGUFHeader(file: bytes.buffer)
    } catch {
      switch error {
      case .malformed(let problem): throw .malformed(path: path, format: .gguf, problem: problem)
      case .unsupported(let feature): throw .unsupported(path: path, format: .gguf, feature: feature)
      }
    }
    self.path = path
    self.bytes = bytes
    metadata = GGUFMetadata(path: path, bytes: bytes, keys: header.keys, entries: header.metadata)
    tensors = header.tensors
  }

  /// The file at `path`, or all that its model is split into.
  ///
  /// - Throws: `ModelFileError`, also where one of them is not there, has another name, or belongs to another model.
  static func all(path: String) throws(ModelFileError) -> [GGUFPart] {
    let split = GGUFSplit(path: path)
    let first = try read(split?.paths[0] ?? path, of: path)
    let count = try first.metadata.integerIfPresent(countKey) ?? 1
    if count == 1 { return [first] }
    guard let split, split.count == count else {
      throw first.malformed(
        "it is one of the \(count) files of a split model, and not called so: give it its name again, such as "
          + "name-00001-of-\(String(repeating: "0", count: max(0, 5 - "\(count)".count)))\(count).gguf")
    }
    var parts = [first]
    for path in split.paths.dropFirst() { parts.append(try read(path, of: first.path)) }
    for (index, part) in parts.enumerated() {
      let place = try (part.metadata.integer(numberKey), part.metadata.integer(countKey))
      guard place == (index, count) else {
        throw part.malformed("it says that it is file \(place.0 + 1) of \(place.1) of a split model, unlike its name")
      }
    }
    let tensorCount = parts.reduce(0) { $0 + $1.tensors.count }
    if let expected = try first.metadata.integerIfPresent(tensorCountKey), expected != tensorCount {
      throw first.malformed("the model has \(expected) tensors, but its \(count) files have \(tensorCount)")
    }
    return parts
  }

  private static func read(_ path: String, of named: String) throws(ModelFileError) -> GGUFPart {
    guard path == named || fileExists(path) else {
      throw .cannotOpen(
        path: path,
        reason: "it is not there, and belongs to \(Path.name(named)): the files of a split model lie together")
    }
    return try GGUFPart(path: path)
  }

  func malformed(_ problem: String) -> ModelFileError { .malformed(path: path, format: .gguf, problem: problem) }

  /// - Parameter elementType: the element type of the entry.
  func tensor(_ entry: GGUFHeader.TensorEntry, _ elementType: ElementType) -> StoredTensor {
    .aligned(elementType, shape: entry.shape, bytes: bytes[entry.bytes])
  }
}
