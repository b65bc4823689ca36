package import Tensors

/// The layers that most models consist of.
extension WeightReader {
  /// A matrix `[rows, columns]` in its storage type.
  ///
  /// - Throws: `ModelFileError` where it is missing, misshapen or of a type that no kernel multiplies by.
  package func matrix(_ key: String, rows: Int, columns: Int) throws(ModelFileError) -> StoredTensor {
    let tensor = try tensor(key, shape: [rows, columns])
    guard Linear.supports(tensor.elementType) else {
      throw .unsupportedTensor(
        path: path, key: fullKey(key), feature: "element type \(tensor.elementType) as a weight matrix")
    }
    return tensor
  }

  /// The matrix, on a tape where the source trains it.
  ///
  /// - Throws: as `matrix(_:rows:columns:)`.
  package func matrixVariable(_ key: String, rows: Int, columns: Int) throws(ModelFileError) -> MatrixVariable {
    MatrixVariable(try matrix(key, rows: rows, columns: columns), node: gradientNode(key))
  }

  /// The tensor as 32-bit floats, on a tape where the source trains it.
  ///
  /// - Throws: as `float32(_:shape:)`.
  package func variable(_ key: String, shape: [Int]) throws(ModelFileError) -> Variable {
    Variable(try float32(key, shape: shape), node: gradientNode(key))
  }

  /// `weight` `[outputs, inputs]` and `bias` `[outputs]` of a PyTorch linear layer.
  package func linear(outputs: Int, inputs: Int, bias: Bool = true) throws(ModelFileError) -> Linear {
    Linear(
      weight: try matrixVariable("weight", rows: outputs, columns: inputs),
      bias: bias ? try variable("bias", shape: [outputs]) : nil)
  }

  /// `weight` and `bias` `[columns]` of a PyTorch layer norm.
  package func layerNorm(columns: Int, epsilon: Float = 1e-5) throws(ModelFileError) -> LayerNorm {
    LayerNorm(
      weight: try variable("weight", shape: [columns]), bias: try variable("bias", shape: [columns]), epsilon: epsilon)
  }
}

extension TensorSource {
  /// A tensor whose shape is not known beforehand, only how many dimensions it has.
  ///
  /// - Throws: `ModelFileError.missingTensor`, `.unexpectedShape` or `.unsupportedTensor`.
  package func require(_ key: String, dimensions: Int) throws(ModelFileError) -> StoredTensor {
    let anyShape = Array(repeating: -1, count: dimensions)
    let tensor = try require(key, expectedShape: anyShape)
    guard tensor.shape.count == dimensions else {
      throw .unexpectedShape(path: path(ofTensor: key), key: key, expected: anyShape, found: tensor.shape)
    }
    return tensor
  }

  /// The tensor, whatever its shape; `expectedShape` is for the message alone.
  ///
  /// - Throws: `ModelFileError.missingTensor` or `.unsupportedTensor`.
  func require(_ key: String, expectedShape: [Int]) throws(ModelFileError) -> StoredTensor {
    if let feature = unsupportedFeature(ofTensor: key) {
      throw .unsupportedTensor(path: path(ofTensor: key), key: key, feature: feature)
    }
    guard let tensor = tensor(named: key) else {
      throw .missingTensor(path: path, key: key, expectedShape: expectedShape)
    }
    return tensor
  }
}
