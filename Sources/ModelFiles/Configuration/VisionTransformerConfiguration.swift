package import Tensors

/// The hyper-parameters of a vision transformer of the families whose configurations list the same ones: ViT, and the
/// vision towers of CLIP and SigLIP.
package struct VisionTransformerConfiguration: Equatable, Sendable {
  package var hiddenSize: Int
  package var layers: Int
  package var attentionHeads: Int
  /// Width of the MLP's hidden layer.
  package var intermediateSize: Int
  /// Side in pixels of the images that the position embeddings were trained at. It need not be a multiple of a patch: what
  /// is left over at the right and at the bottom is not read.
  package var imageSize: Int
  /// Side of a patch in pixels.
  package var patchSize: Int
  package var channels: Int
  package var layerNormEpsilon: Double
  package var activation: Activation
  /// Whether the query, key and value projections have biases.
  package var hasQKVBias: Bool
  /// Width of the output of ViT's pooler or CLIP's projection, where the weights have one.
  package var outputSize: Int
  /// Whether the tower has SigLIP's pooling head.
  package var hasHead: Bool

  package init(
    hiddenSize: Int = 768, layers: Int = 12, attentionHeads: Int = 12, intermediateSize: Int = 3072,
    imageSize: Int = 224, patchSize: Int = 16, channels: Int = 3, layerNormEpsilon: Double = 1e-6,
    activation: Activation = .gelu, hasQKVBias: Bool = true, outputSize: Int = 768, hasHead: Bool = false
  ) {
    self.hiddenSize = hiddenSize
    self.layers = layers
    self.attentionHeads = attentionHeads
    self.intermediateSize = intermediateSize
    self.imageSize = imageSize
    self.patchSize = patchSize
    self.channels = channels
    self.layerNormEpsilon = layerNormEpsilon
    self.activation = activation
    self.hasQKVBias = hasQKVBias
    self.outputSize = outputSize
    self.hasHead = hasHead
  }

  /// The number of patches of an image of the training size.
  package var patches: Int { (imageSize / patchSize) * (imageSize / patchSize) }

  /// - Parameter defaults: the family's own values, for what the file does not say: checkpoints as large as the first
  ///   of their family often say nothing at all.
  init(_ file: JSONConfiguration, defaults: Self, activation name: String) throws(ModelFileError) {
    self = defaults
    hiddenSize = try file.integer("hidden_size", in: HyperparameterBounds.width, default: hiddenSize)
    layers = try file.integer("num_hidden_layers", in: HyperparameterBounds.layers, default: layers)
    attentionHeads = try file.integer("num_attention_heads", in: HyperparameterBounds.heads, default: attentionHeads)
    intermediateSize = try file.integer("intermediate_size", in: HyperparameterBounds.width, default: intermediateSize)
    imageSize = try file.side("image_size", default: imageSize)
    patchSize = try file.side("patch_size", default: patchSize)
    channels = try file.integer("num_channels", in: 1...64, default: channels)
    layerNormEpsilon = try file.positiveFloat("layer_norm_eps", atMost: 1, default: layerNormEpsilon)
    activation = try file.activation("hidden_act", default: name)
    outputSize = hiddenSize
    try file.requireDivisible("hidden_size", hiddenSize, by: attentionHeads, "num_attention_heads")
    guard patchSize <= imageSize else {
      throw file.invalid("patch_size", "is \(patchSize), larger than the image_size \(imageSize)")
    }
  }
}

extension JSONConfiguration {
  /// The side of a square: one number, or twice the same.
  fileprivate func side(_ key: String, default fallback: Int) throws(ModelFileError) -> Int {
    let sides = try integersIfPresent(key) ?? [fallback]
    guard let side = sides.first, sides.count <= 2, sides.allSatisfy({ $0 == side }) else {
      throw invalid(key, "is \(sides), and only squares are supported")
    }
    guard HyperparameterBounds.pixels.contains(side) else {
      let bounds = HyperparameterBounds.pixels
      throw invalid(key, "is \(side), outside of \(bounds.lowerBound)...\(bounds.upperBound)")
    }
    return side
  }
}
