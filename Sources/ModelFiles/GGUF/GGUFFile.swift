package import Tensors

/// A memory-mapped model in GGUF (versions 2 and 3, little-endian), wholly checked when it is opened: a file, or all files of a
/// split one.
///
/// Tensors of element types that this package does not compute with are listed, and refused by name only when one of
/// them is asked for. Shapes are given outermost dimension first, the reverse of how the file lists them.
package struct GGUFFile: ListedTensors {
  /// The path of the file; for a split model, of the first file.
  package let path: String
  /// The metadata of the file; for a split model, of the first file.
  package let metadata: GGUFMetadata

  private struct Place {
    let part: Int
    let index: Int
  }

  private let parts: [GGUFPart]
  private let places: [String: Place]

  /// - Parameter path: a file; any of those that a model is split into stands for all.
  /// - Throws: `ModelFileError.cannotOpen`, `.malformed` where a file breaks a rule of the format, or the files of a split model
  ///   do not belong together, `.unsupported` for version 1 and big-endian files.
  package init(path: String) throws(ModelFileError) {
    parts = try GGUFPart.all(path: path)
    self.path = parts[0].path
    metadata = parts[0].metadata
    var places: [String: Place] = [:]
    for (number, part) in parts.enumerated() {
      for (index, tensor) in part.tensors.enumerated() {
        guard places.updateValue(Place(part: number, index: index), forKey: tensor.name) == nil else {
          throw part.malformed("tensor '\(tensor.name)' is in another file of the model, too")
        }
      }
    }
    self.places = places
  }

  private func entry(_ name: String) -> (part: GGUFPart, tensor: GGUFHeader.TensorEntry)? {
    places[name].map { (parts[$0.part], parts[$0.part].tensors[$0.index]) }
  }

  package var tensorNames: [String] { parts.flatMap { $0.tensors.map(\.name) } }

  /// The names of the files of a split model; none for a single file.
  var partNames: [String] { parts.count > 1 ? parts.map { Path.name($0.path) } : [] }

  package func path(ofTensor name: String) -> String { entry(name)?.part.path ?? path }

  /// The shape of a tensor, outermost dimension first, whatever its element type; `nil` where there is none.
  package func shape(ofTensor name: String) -> [Int]? { entry(name)?.tensor.shape }

  var listing: [TensorListing] {
    parts.flatMap(\.tensors).map { tensor in
      if let elementType = GGMLType.elementType(tensor.typeNumber) {
        return TensorListing(name: tensor.name, elementType: elementType, shape: tensor.shape)
      }
      let type = GGMLType.unsupportedName(tensor.typeNumber) ?? "number \(tensor.typeNumber)"
      return TensorListing(name: tensor.name, type: type, shape: tensor.shape, byteCount: nil)
    }
  }

  package func tensor(named name: String) -> StoredTensor? {
    guard let (part, tensor) = entry(name), let elementType = GGMLType.elementType(tensor.typeNumber) else {
      return nil
    }
    return part.tensor(tensor, elementType)
  }

  package func unsupportedFeature(ofTensor name: String) -> String? {
    guard let number = entry(name)?.tensor.typeNumber, GGMLType.elementType(number) == nil else { return nil }
    return "element type \(GGMLType.unsupportedName(number) ?? "number \(number)") is not supported"
  }
}
