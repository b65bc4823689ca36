package import ImageEncoding
package import ModelFiles
package import Tensors

/// One frozen encoder and the selection of its features: it turns pixels into features.
package struct EncoderFeatureExtractor: Sendable {
  package private(set) var encoder: any VisionEncoder
  /// Whether the encoder's matrices are packed.
  private(set) var isPrepared = false
  /// The precision of the encoder's matrix products.
  package private(set) var precision = MatrixPrecision.f32
  let selection: FeatureSelection
  package let preprocessor: ImagePreprocessor
  /// The layout of one image's features: a block for each part of the selection, the tokens of one kind from one layer.
  package let parts: FeatureLayout
  /// The settings that the features depend on.
  package let settings: CaptionerManifest.Encoder

  /// - Parameters:
  ///   - settings: the settings as in a manifest.
  ///   - encoderDirectory: a directory with `config.json` and weights.
  /// - Throws: `ModelFileError`, `CaptionerError`, `EncodingError`.
  init(_ settings: CaptionerManifest.Encoder, encoderDirectory: String) throws {
    try self.init(settings, encoder: EncoderFamily.load(settings.family, from: encoderDirectory))
  }

  package init(_ settings: CaptionerManifest.Encoder, encoder: any VisionEncoder) throws {
    self.settings = settings
    self.encoder = encoder
    selection = FeatureSelection(settings.features)
    preprocessor = try ImagePreprocessor(settings.preprocessing)
    parts = try selection.layout(
      width: preprocessor.size.width, height: preprocessor.size.height, encoder: encoder)
  }

  /// The shape of a tensor with one image's features: `[tokens, width]`, or `[numbers]` where tokens have several
  /// widths.
  package var shape: [Int] { parts.shape }

  /// The index of its last hidden state.
  package var layers: Int { encoder.layers }

  /// Whether its matrices are packed for products in this precision.
  func isPrepared(in precision: MatrixPrecision) -> Bool { isPrepared && self.precision == precision }

  /// The same extractor, with the encoder's matrices packed for products in this precision.
  package func prepared(_ precision: MatrixPrecision) -> EncoderFeatureExtractor {
    var prepared = self
    prepared.encoder = encoder.prepared(precision)
    prepared.precision = precision
    prepared.isPrepared = true
    return prepared
  }

  /// The same encoder with another selection of features.
  ///
  /// - Throws: `EncodingError` where it does not suit the encoder.
  package func reading(_ settings: CaptionerManifest.Encoder) throws -> EncoderFeatureExtractor {
    var reading = try EncoderFeatureExtractor(settings, encoder: encoder)
    reading.precision = precision
    reading.isPrepared = isPrepared
    return reading
  }

  /// The layout with one block for all consecutive tokens that come from the same layer and have the same width.
  package var groups: FeatureLayout {
    var groups: [(layer: Int, block: FeatureLayout.Block)] = []
    for (part, block) in zip(selection.parts, parts.blocks) {
      if let last = groups.last, last.layer == part.hiddenState, last.block.width == block.width {
        groups[groups.count - 1].block = .init(tokens: last.block.tokens + block.tokens, width: block.width)
      } else {
        groups.append((part.hiddenState, block))
      }
    }
    return FeatureLayout(groups.map(\.block))
  }

  /// The key of the cache for these features, of images decoded by `decoder`.
  package func cacheKey(decoder: ImageDecoder, precision: FeatureCacheKey.Precision = .f16) -> FeatureCacheKey {
    FeatureCacheKey(
      encoderHash: settings.sha256, features: settings.features, preprocessing: settings.preprocessing,
      decoding: decoder.options.unusual, encoderPrecision: self.precision == .f32 ? nil : self.precision.rawValue,
      precision: precision)
  }

  /// The cache for these features in the store.
  ///
  /// - Throws: `FeatureCacheError`.
  package func cache(
    in store: ModelStore, decoder: ImageDecoder, precision: FeatureCacheKey.Precision = .f16
  ) throws(FeatureCacheError) -> FeatureCache {
    let key = cacheKey(decoder: decoder, precision: precision)
    return try FeatureCache(directory: store.featuresDirectory(for: key), key: key, shape: shape)
  }

  /// At least one image, each `[3, height, width]` → features `[images, …]`, each of `shape`.
  ///
  /// - Throws: `EncodingError`; `OutOfMemory`.
  package func features(of images: [Tensor]) throws -> Tensor {
    let bytes = try encoder.workingBytes(
      images: images.count, width: preprocessor.size.width, height: preprocessor.size.height,
      states: Set(selection.parts.map(\.hiddenState)).count + selection.parts.count)
    try Memory.require(
      bytes, for: images.count == 1 ? "encoding an image" : "encoding \(images.count) images at once",
      remedy: "take a captioner with a smaller encoder")
    return try features(of: Tensor.stacked(images))
  }

  /// `[images, 3, height, width]` → features `[images, …]`, each of `shape`.
  func features(of pixels: Tensor) throws(EncodingError) -> Tensor {
    try selection.features(of: pixels, by: encoder)
  }
}

extension ImageDecoder.Options {
  /// The options that change pixels, where they differ from the defaults. Options that only refuse images are left out.
  fileprivate var unusual: [String] {
    let usual = Self()
    var words: [String] = []
    if background != usual.background {
      words.append("background \(background.red) \(background.green) \(background.blue)")
    }
    if allowTruncated { words.append("allowTruncated") }
    if exactDecode { words.append("exactDecode") }
    if let augmentation { words.append(augmentation.description) }
    return words
  }
}
