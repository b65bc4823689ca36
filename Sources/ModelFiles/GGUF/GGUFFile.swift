public import Tensors

/// A memory-mapped GGUF file (versions 2 and 3, little-endian), wholly checked when it is opened.
///
/// Tensors of element types that this package does not compute with are listed, and refused by name only when one of
/// them is asked for. Shapes are given outermost dimension first, the reverse of how the file lists them.
public struct GGUFFile: ListedTensors {
  public let path: String
  public let metadata: GGUFMetadata

  private let bytes: StoredTensor.Bytes
  private let tensors: [GGUFHeader.TensorEntry]
  private let indices: [String: Int]

  /// - Throws: `ModelFileError.cannotOpen`, `.malformed` where the file breaks a rule of the format, `.unsupported` for
  ///   version 1 and big-endian files.
  public init(path: String) throws(ModelFileError) {
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
    indices = header.tensorIndices
  }

  public var tensorNames: [String] { tensors.map(\.name) }

  /// The shape of a tensor, outermost dimension first, whatever its element type; `nil` where there is none.
  public func shape(ofTensor name: String) -> [Int]? { indices[name].map { tensors[$0].shape } }

  var listing: [TensorListing] {
    tensors.map { tensor in
      if let elementType = GGMLType.elementType(tensor.typeNumber) {
        return TensorListing(name: tensor.name, elementType: elementType, shape: tensor.shape)
      }
      let type = GGMLType.unsupportedName(tensor.typeNumber) ?? "number \(tensor.typeNumber)"
      return TensorListing(name: tensor.name, type: type, shape: tensor.shape, byteCount: nil)
    }
  }

  public func tensor(named name: String) -> StoredTensor? {
    guard let index = indices[name], let elementType = GGMLType.elementType(tensors[index].typeNumber) else {
      return nil
    }
    return .aligned(elementType, shape: tensors[index].shape, bytes: bytes[tensors[index].bytes])
  }

  public func unsupportedFeature(ofTensor name: String) -> String? {
    guard let index = indices[name], GGMLType.elementType(tensors[index].typeNumber) == nil else { return nil }
    let number = tensors[index].typeNumber
    return "element type \(GGMLType.unsupportedName(number) ?? "number \(number)") is not supported"
  }
}
