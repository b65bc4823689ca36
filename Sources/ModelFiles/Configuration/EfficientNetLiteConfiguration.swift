/// The hyper-parameters of an EfficientNet-Lite: an EfficientNet (Tan & Le 2019) without squeeze-and-excitation, with ReLU6,
/// whose first and last layers do not grow with the rest. Keys of `config.json` are those of Hugging Face's EfficientNet.
package struct EfficientNetLiteConfiguration: Equatable, Sendable {
  package static let modelType = "efficientnet-lite"

  /// Blocks of one shape, before they are scaled; the first of them has the stride.
  package struct Stage: Equatable, Sendable {
    package var kernelSize, stride, expansion, channels, repeats: Int

    package init(kernelSize: Int, stride: Int, expansion: Int, channels: Int, repeats: Int) {
      self.kernelSize = kernelSize
      self.stride = stride
      self.expansion = expansion
      self.channels = channels
      self.repeats = repeats
    }
  }

  /// An inverted residual block (Sandler et al. 2018), as wide as the net has it.
  package struct Block: Equatable, Sendable {
    package let kernelSize, stride, expansion, inputs, outputs: Int

    /// The channels of the depthwise convolution.
    package var hidden: Int { inputs * expansion }
    /// Whether the block adds its input to its output.
    package var isResidual: Bool { stride == 1 && inputs == outputs }
  }

  /// Factor of the channels of all stages.
  package var widthCoefficient: Double
  /// Factor of the repeats of all stages but the first and the last.
  package var depthCoefficient: Double
  /// Side in pixels of the images that it was trained on.
  package var imageSize: Int
  package var classes: Int
  package var channels: Int
  package var stemChannels: Int
  /// The output channels of the last convolution.
  package var headChannels: Int
  package var normEpsilon: Double
  package var stages: [Stage]

  /// The stages of EfficientNet-B0 and of all Lites.
  package static let usualStages = [
    Stage(kernelSize: 3, stride: 1, expansion: 1, channels: 16, repeats: 1),
    Stage(kernelSize: 3, stride: 2, expansion: 6, channels: 24, repeats: 2),
    Stage(kernelSize: 5, stride: 2, expansion: 6, channels: 40, repeats: 2),
    Stage(kernelSize: 3, stride: 2, expansion: 6, channels: 80, repeats: 3),
    Stage(kernelSize: 5, stride: 1, expansion: 6, channels: 112, repeats: 3),
    Stage(kernelSize: 5, stride: 2, expansion: 6, channels: 192, repeats: 4),
    Stage(kernelSize: 3, stride: 1, expansion: 6, channels: 320, repeats: 1),
  ]

  package init(
    widthCoefficient: Double = 1, depthCoefficient: Double = 1, imageSize: Int = 224, classes: Int = 1000,
    channels: Int = 3, stemChannels: Int = 32, headChannels: Int = 1280, normEpsilon: Double = 1e-3,
    stages: [Stage] = usualStages
  ) {
    self.widthCoefficient = widthCoefficient
    self.depthCoefficient = depthCoefficient
    self.imageSize = imageSize
    self.classes = classes
    self.channels = channels
    self.stemChannels = stemChannels
    self.headChannels = headChannels
    self.normEpsilon = normEpsilon
    self.stages = stages
  }

  /// EfficientNet-Lite0 to Lite4.
  package static let lites = [
    Self(),
    Self(depthCoefficient: 1.1, imageSize: 240),
    Self(widthCoefficient: 1.1, depthCoefficient: 1.2, imageSize: 260),
    Self(widthCoefficient: 1.2, depthCoefficient: 1.4, imageSize: 280),
    Self(widthCoefficient: 1.4, depthCoefficient: 1.8, imageSize: 300),
  ]

  /// All blocks in order.
  package var blocks: [Block] {
    var blocks: [Block] = []
    var inputs = stemChannels
    for (index, stage) in stages.enumerated() {
      let outputs = scaled(stage.channels)
      let isScaled = index > 0 && index < stages.count - 1
      let repeats = isScaled ? Int((depthCoefficient * Double(stage.repeats)).rounded(.up)) : stage.repeats
      for position in 0..<repeats {
        blocks.append(
          Block(
            kernelSize: stage.kernelSize, stride: position == 0 ? stage.stride : 1, expansion: stage.expansion,
            inputs: inputs, outputs: outputs))
        inputs = outputs
      }
    }
    return blocks
  }

  /// The scaled number of channels: the nearest multiple of 8 that takes away no more than a tenth.
  private func scaled(_ channels: Int) -> Int {
    let (wanted, divisor) = (Double(channels) * widthCoefficient, 8)
    let nearest = max(divisor, Int(wanted + Double(divisor) / 2) / divisor * divisor)
    return Double(nearest) < 0.9 * wanted ? nearest + divisor : nearest
  }
}
