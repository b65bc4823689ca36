package import Tensors

/// Writes the safetensors format as its own library does: tensors by descending alignment of their type, then by name;
/// a header padded with spaces to a multiple of eight bytes, so that every tensor lies aligned. The same tensors and
/// metadata always give the same bytes, whatever order they come in.
package enum SafetensorsWriter {
  /// Writes to a temporary file in the same directory and renames it, so that `path` never holds half a file.
  ///
  /// - Throws: `ModelFileError.cannotWrite`, also where a name occurs twice or is reserved, or a tensor is
  ///   block-quantised, which the format has no types for.
  package static func write(
    _ tensors: [(name: String, tensor: StoredTensor)], metadata: [String: String] = [:], to path: String
  ) throws(ModelFileError) {
    let ordered = tensors.sorted {
      let (first, second) = (order($0.tensor), order($1.tensor))
      return first != second ? first < second : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    var header = try header(of: ordered, metadata: metadata, path)
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    guard header.utf8.count <= SafetensorsHeader.maximumByteCount else {
      throw .cannotWrite(path: path, reason: "the header would be over \(SafetensorsHeader.maximumByteCount) bytes")
    }
    var start: [UInt8] = []
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { start.append(contentsOf: $0) }
    start.append(contentsOf: header.utf8)
    let head = StoredTensor.Bytes(copying: start)
    do {
      try FileSystem.writeAtomically(to: path) { (file) throws(FileSystemError) in
        for bytes in [head] + ordered.map(\.tensor.storage) {
          defer { withExtendedLifetime(bytes) {} }
          try file.write(bytes.buffer)
        }
      }
    } catch {
      throw .cannotWrite(path: path, reason: error.reason)
    }
  }

  private static func order(_ tensor: StoredTensor) -> Int {
    SafetensorsType.writingOrder(of: tensor.elementType)
  }

  private static func header(
    of tensors: [(name: String, tensor: StoredTensor)], metadata: [String: String], _ path: String
  ) throws(ModelFileError) -> String {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(JSONText.string($0.key)):\(JSONText.string($0.value))" }
      members.append("\"\(SafetensorsHeader.metadataKey)\":{\(pairs.joined(separator: ","))}")
    }
    var names = Set<String>([SafetensorsHeader.metadataKey])
    var end = 0
    for (name, tensor) in tensors {
      guard names.insert(name).inserted else {
        throw .cannotWrite(path: path, reason: "tensor name '\(name)' occurs twice or is reserved")
      }
      guard let type = SafetensorsType.name(of: tensor.elementType) else {
        throw .cannotWrite(
          path: path, reason: "tensor '\(name)' is \(tensor.elementType), which safetensors cannot hold")
      }
      let start = end
      end += tensor.storage.count
      members.append(
        "\(JSONText.string(name)):{\"dtype\":\"\(type)\",\"shape\":\(JSONText.array(tensor.shape)),"
          + "\"data_offsets\":\(JSONText.array([start, end]))}")
    }
    return "{\(members.joined(separator: ","))}"
  }
}
