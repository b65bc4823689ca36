package import Tensors

/// Hands a model its tensors by key, each checked against the shape that the model's configuration asks for.
///
/// A component reads through a reader scoped to its path, so that it need not know where in the model it stands:
/// `weights.scoped("encoder").scoped("layer.3").float32("norm1.weight", shape: [384])`.
package struct WeightReader: Sendable {
  private let source: any TensorSource
  private let prefix: String

  package init(_ source: any TensorSource) {
    self.init(source: source, prefix: "")
  }

  private init(source: any TensorSource, prefix: String) {
    self.source = source
    self.prefix = prefix
  }

  /// The file, for messages.
  package var path: String { source.path }

  /// A reader of the keys below `component`, joined with a dot.
  package func scoped(_ component: String) -> WeightReader {
    WeightReader(source: source, prefix: fullKey(component))
  }

  /// The reader of the first of these paths below which the file has `key`, or this one where none has it: checkpoints
  /// hold a model alone, or as a part of a larger one.
  package func rooted(at paths: [String], having key: String) -> WeightReader {
    paths.map(scoped).first { $0.contains(key) } ?? self
  }

  /// The key as it stands in the file.
  package func fullKey(_ key: String) -> String {
    prefix.isEmpty ? key : "\(prefix).\(key)"
  }

  /// Whether the file has a tensor of this key, usable or not.
  package func contains(_ key: String) -> Bool {
    let key = fullKey(key)
    return source.unsupportedFeature(ofTensor: key) != nil || source.tensor(named: key) != nil
  }

  func gradientNode(_ key: String) -> GradientNode? { source.gradientNode(ofTensor: fullKey(key)) }

  /// The tensor as it is stored.
  ///
  /// - Throws: `ModelFileError.missingTensor`, `.unexpectedShape` or `.unsupportedTensor`.
  package func tensor(_ key: String, shape: [Int]) throws(ModelFileError) -> StoredTensor {
    let key = fullKey(key)
    let tensor = try source.require(key, expectedShape: shape)
    guard tensor.shape == shape else {
      throw .unexpectedShape(path: source.path(ofTensor: key), key: key, expected: shape, found: tensor.shape)
    }
    return tensor
  }

  /// The tensor as 32-bit floats, converted or dequantised from any float-like or block-quantised type.
  ///
  /// - Throws: as `tensor(_:shape:)`; `.unsupportedTensor` for integers and booleans, which are no weights; `.outOfMemory`.
  package func float32(_ key: String, shape: [Int]) throws(ModelFileError) -> Tensor {
    let tensor = try tensor(key, shape: shape)
    guard tensor.elementType.isFloatingPoint else {
      let key = fullKey(key)
      throw .unsupportedTensor(
        path: source.path(ofTensor: key), key: key, feature: "\(tensor.elementType) is no floating-point type")
    }
    let bytes = tensor.count * MemoryLayout<Float>.stride
    guard Memory.allows(bytes) else { throw .outOfMemory(path: path, key: fullKey(key), byteCount: bytes) }
    return tensor.toFloat32()
  }
}
