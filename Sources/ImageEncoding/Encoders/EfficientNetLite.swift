package import ModelFiles
package import Tensors

/// EfficientNet-Lite (Tan & Le 2019, with the changes of the TensorFlow authors for small devices): a convolutional net for
/// classification. Its pixels lie as `[height, width, channels]`, so that a convolution of one pixel is a linear layer.
///
/// Hidden state 0 is the input of the first block, n the output of block n, and the last one the output of the head's
/// convolution. They differ in width and in how many pixels a token stands for. Pooled is the mean of the last one's
/// tokens, logits are the output of the classifier.
package struct EfficientNetLite: VisionEncoder {
  package let configuration: EfficientNetLiteConfiguration
  private let stem: PlaneConvolution
  private var blocks: [InvertedResidual]
  private var head: Linear
  /// `[classes, headChannels]`.
  private var classifier: Linear?

  private static let activation = Activation.relu6

  /// - Parameter weights: the weights of a file of ours, or of a checkpoint of the package `efficientnet_lite_pytorch`.
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen.
  package init(configuration c: EfficientNetLiteConfiguration, weights root: WeightReader) throws(ModelFileError) {
    configuration = c
    let weights = EfficientNetLiteWeights(c, root)
    let first = try weights.floats(weights.stem)
    stem = PlaneConvolution(weight: first.weight, bias: first.bias, stride: 2, activation: Self.activation)
    var blocks: [InvertedResidual] = []
    for (shape, block) in zip(c.blocks, weights.blocks) {
      let expand: Linear? = if let expand = block.expand { try weights.linear(expand) } else { nil }
      let kernel = try weights.floats(block.depthwise)
      blocks.append(
        InvertedResidual(
          expand: expand,
          depthwise: DepthwiseConvolution(
            weight: kernel.weight, bias: kernel.bias, stride: shape.stride, activation: Self.activation),
          project: try weights.linear(block.project), activation: Self.activation, isResidual: shape.isResidual))
    }
    self.blocks = blocks
    head = try weights.linear(weights.head)
    if weights.classifier.contains("weight") {
      classifier = try weights.classifier.linear(outputs: c.classes, inputs: c.headChannels)
    }
  }

  package func prepared(_ precision: MatrixPrecision) -> EfficientNetLite {
    let plan = MatrixPlan(packed: precision)
    var prepared = self
    prepared.blocks = blocks.map { $0.prepared(plan) }
    prepared.head = head.prepared(plan)
    // The classifier multiplies a row or two: it stays as it is stored.
    return prepared
  }

  package func preparedByteCount(_ precision: MatrixPrecision) -> Int {
    let plan = MatrixPlan(packed: precision)
    return blocks.reduce(head.preparedByteCount(plan)) { $0 + $1.preparedByteCount(plan) }
  }

  package var hiddenSize: Int { head.outputs }
  package var layers: Int { blocks.count + 1 }
  package var hasClassToken: Bool { false }

  /// Side of the square of pixels that a token of the last hidden state stands for.
  package var patchSize: Int { pixelsOfToken(inState: layers) }

  private func pixelsOfToken(inState number: Int) -> Int {
    blocks.prefix(number).reduce(stem.stride) { $0 * $1.stride }
  }

  package func width(ofHiddenState number: Int) -> Int {
    switch number {
    case 0: stem.outputs
    case layers: hiddenSize
    default: blocks[number - 1].outputs
    }
  }

  package func grid(width: Int, height: Int) throws(EncodingError) -> PatchGrid {
    try grid(ofHiddenState: layers, width: width, height: height)
  }

  /// Images may have any size; the square of a token may reach beyond them.
  package func grid(ofHiddenState number: Int, width: Int, height: Int) throws(EncodingError) -> PatchGrid {
    guard width > 0, height > 0 else {
      throw .unsuitableSize(width: width, height: height, patchSize: patchSize)
    }
    let side = pixelsOfToken(inState: number)
    return PatchGrid(rows: (height + side - 1) / side, columns: (width + side - 1) / side)
  }

  package func hiddenStates(_ pixels: Tensor, numbers: Set<Int>) throws(EncodingError) -> [Int: Tensor] {
    if let number = numbers.first(where: { $0 < 0 || $0 > layers }) {
      throw .noSuchHiddenState(number: number, layers: layers)
    }
    precondition(pixels.shape.count == 4 && pixels.shape[1] == stem.channels, "no pixels: \(pixels.shape)")
    _ = try grid(width: pixels.shape[3], height: pixels.shape[2])
    return pixels.mappingStates { states($0, numbers: numbers) }
  }

  private func states(_ pixels: Tensor, numbers: Set<Int>) -> [Int: Tensor] {
    var x = stem(pixels)
    var states: [Int: Tensor] = [:]
    func keep(_ number: Int) {
      guard numbers.contains(number) else { return }
      states[number] = x.reshaped([x.shape[0], x.shape[1] * x.shape[2], x.columns])
    }
    keep(0)
    let last = numbers.max() ?? 0
    for (index, block) in blocks.prefix(last).enumerated() {
      x = block(x)
      keep(index + 1)
    }
    if last == layers {
      x = head(x, activation: Self.activation)
      keep(layers)
    }
    return states
  }

  package func lastHiddenState(of lastState: Tensor) -> Tensor { lastState }

  package func width(of output: EncoderOutput) -> Int? {
    switch output {
    case .pooled: hiddenSize
    case .projected: nil
    case .logits: classifier?.outputs
    }
  }

  package func output(_ output: EncoderOutput, of lastState: Tensor) -> Tensor? {
    switch output {
    case .pooled: lastState.meanOfTokens
    case .projected: nil
    case .logits: classifier.map { classifier in lastState.mappingItems { classifier($0.meanOfTokens) } }
    }
  }

  package func workingBytes(images: Int, width: Int, height: Int, states: Int) throws(EncodingError) -> Int {
    let atOnce = min(images, Threads.count)
    var largest = 0
    for (index, block) in blocks.enumerated() {
      let before = try grid(ofHiddenState: index, width: width, height: height).count
      let after = try grid(ofHiddenState: index + 1, width: width, height: height).count
      largest = max(largest, block.workingCount(pixelsBefore: before, pixelsAfter: after))
    }
    let last = try grid(width: width, height: height).count * hiddenSize
    let kept = images * (last * (states + 1) + 2 * stem.channels * width * height)
    // Sizes of buffers are rounded up by an eighth.
    return (atOnce * (largest + last) + kept) * MemoryLayout<Float>.stride * 9 / 8
  }
}
