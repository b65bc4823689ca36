package import Tensors

/// A memory-mapped file in the safetensors format (https://github.com/huggingface/safetensors), wholly checked when it
/// is opened.
///
/// Element types that this package does not compute with (F8_E4M3 and other narrow floats, C64) do not spoil the file:
/// their tensors are listed, and refused by name only when one of them is asked for.
package struct SafetensorsFile: ListedTensors {
  package let path: String
  /// The free text pairs of `__metadata__`.
  package let metadata: [String: String]

  private let bytes: StoredTensor.Bytes
  private let entries: [SafetensorsHeader.Entry]
  private let indices: [String: Int]

  /// - Throws: `ModelFileError.cannotOpen`, or `.malformed` where the file breaks a rule of the format.
  package init(path: String) throws(ModelFileError) {
    let bytes = try MappedFile(path: path).bytes
    let header: SafetensorsHeader
    do throws(SafetensorsHeader.Failure) {
      header = try SafetensorsHeader(file: bytes.buffer)
    } catch {
      throw .malformed(path: path, format: .safetensors, problem: error.problem)
    }
    self.path = path
    self.bytes = bytes
    metadata = header.metadata
    entries = header.entries
    // The header's scanner has refused names that occur twice.
    indices = Dictionary(uniqueKeysWithValues: entries.indices.map { (header.entries[$0].name, $0) })
  }

  package var tensorNames: [String] { entries.map(\.name) }

  /// Whether the file has a tensor of this name, usable or not.
  func contains(_ name: String) -> Bool { indices[name] != nil }

  var listing: [TensorListing] {
    entries.map(Self.listing)
  }

  /// What the file says of the tensor of this name.
  func listing(of name: String) -> TensorListing? {
    indices[name].map { Self.listing(entries[$0]) }
  }

  private static func listing(_ entry: SafetensorsHeader.Entry) -> TensorListing {
    TensorListing(
      name: entry.name, type: String(entry.typeName.prefix(40)), shape: entry.shape, byteCount: entry.bytes.count)
  }

  package func tensor(named name: String) -> StoredTensor? {
    guard let index = indices[name], let type = SafetensorsType.elementType(named: entries[index].typeName) else {
      return nil
    }
    return .aligned(type, shape: entries[index].shape, bytes: bytes[entries[index].bytes])
  }

  package func unsupportedFeature(ofTensor name: String) -> String? {
    guard let index = indices[name], SafetensorsType.elementType(named: entries[index].typeName) == nil else {
      return nil
    }
    return "element type \(entries[index].typeName.prefix(40)) is not supported"
  }
}
