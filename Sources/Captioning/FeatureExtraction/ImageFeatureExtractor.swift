public import ImageEncoding
public import ModelFiles
public import Tensors

/// The seeing half of a captioner: images in, features out, for captioning and for training alike.
public struct ImageFeatureExtractor: Sendable {
  private(set) var encoder: any VisionEncoder
  /// Whether the encoder's matrices are laid out.
  private(set) var isPrepared = false
  /// In what precision the encoder multiplies.
  public private(set) var precision = MatrixPrecision.f32
  let selection: FeatureSelection
  public let preprocessor: ImagePreprocessor
  /// Of one image's features: `[tokens, width]`.
  public let shape: [Int]
  /// What the features depend on.
  public let settings: CaptionerManifest.Encoder

  /// - Parameters:
  ///   - settings: as a manifest has them.
  ///   - directory: the captioner's, where the encoder may be; otherwise it is in `store`.
  /// - Throws: `ModelStoreError`, `ModelFileError`, `CaptionerError`, `EncodingError`.
  public init(_ settings: CaptionerManifest.Encoder, directory: String, store: ModelStore) throws {
    try self.init(settings, encoderDirectory: settings.resolve(in: directory, store: store))
  }

  init(_ settings: CaptionerManifest.Encoder, encoderDirectory: String) throws {
    try self.init(settings, encoder: EncoderFamily.load(settings.family, from: encoderDirectory))
  }

  package init(_ settings: CaptionerManifest.Encoder, encoder: any VisionEncoder) throws {
    self.settings = settings
    self.encoder = encoder
    selection = FeatureSelection(settings.features)
    preprocessor = try ImagePreprocessor(settings.preprocessing)
    let (tokens, width) = try selection.measure(
      width: preprocessor.size.width, height: preprocessor.size.height, encoder: encoder)
    tokensOfParts = tokens
    shape = [tokens.reduce(0, +), width]
  }

  /// The same, the encoder's matrices laid out for products in this precision.
  public func prepared(_ precision: MatrixPrecision) -> ImageFeatureExtractor {
    var prepared = self
    prepared.encoder = encoder.prepared(precision)
    prepared.precision = precision
    prepared.isPrepared = true
    return prepared
  }

  /// The same encoder with another selection of features.
  ///
  /// - Throws: `EncodingError` where it does not suit the encoder.
  public func reading(_ settings: CaptionerManifest.Encoder) throws -> ImageFeatureExtractor {
    var reading = try ImageFeatureExtractor(settings, encoder: encoder)
    reading.precision = precision
    reading.isPrepared = isPrepared
    return reading
  }

  /// How many tokens each part of the selection has: the tokens of one layer that are of one kind.
  public let tokensOfParts: [Int]

  /// How many tokens, one after the other, come from the same layer.
  public var tokenGroups: [Int] {
    var groups: [(layer: Int, count: Int)] = []
    for (part, count) in zip(selection.parts, tokensOfParts) {
      if groups.last?.layer == part.hiddenState {
        groups[groups.count - 1].count += count
      } else {
        groups.append((part.hiddenState, count))
      }
    }
    return groups.map(\.count)
  }

  /// Of the cache for these features, of images decoded by `decoder`.
  public func cacheKey(decoder: ImageDecoder, precision: FeatureCacheKey.Precision = .f16) -> FeatureCacheKey {
    FeatureCacheKey(
      encoderHash: settings.sha256, features: settings.features, preprocessing: settings.preprocessing,
      decoding: decoder.options.unusual, encoderPrecision: self.precision == .f32 ? nil : self.precision.rawValue,
      precision: precision)
  }

  /// The cache for these features in the store.
  ///
  /// - Throws: `FeatureCacheError`.
  public func cache(
    in store: ModelStore, decoder: ImageDecoder, precision: FeatureCacheKey.Precision = .f16
  ) throws(FeatureCacheError) -> FeatureCache {
    let key = cacheKey(decoder: decoder, precision: precision)
    return try FeatureCache(directory: store.featuresDirectory(for: key), key: key, shape: shape)
  }

  /// From the content of an image file to the encoder's input, `[3, height, width]`.
  ///
  /// - Parameters:
  ///   - name: what errors call it.
  ///   - onWarning: is told what was wrong with an image that could be read all the same.
  /// - Throws: `ImageDecodingError`.
  public func pixels(
    _ bytes: [UInt8], named name: String, decoder: ImageDecoder, onWarning: (String) -> Void = { _ in }
  ) throws(ImageDecodingError) -> Tensor {
    let decoded = try decoder.decode(bytes, named: name, targetFor: preprocessor.scaledSize)
    decoded.warnings.forEach(onWarning)
    return try preprocessor.pixels(of: decoded, named: name)
  }

  /// Images `[3, height, width]` each, at least one → features `[images, tokens, width]`.
  ///
  /// - Throws: `EncodingError`; `OutOfMemory`.
  public func features(of images: [Tensor]) throws -> Tensor {
    let bytes = try encoder.workingBytes(
      images: images.count, width: preprocessor.size.width, height: preprocessor.size.height,
      states: Set(selection.parts.map(\.hiddenState)).count + selection.parts.count)
    try Memory.require(
      bytes, for: images.count == 1 ? "encoding an image" : "encoding \(images.count) images at once",
      remedy: "take a captioner with a smaller encoder")
    return try features(of: Tensor.stacked(images))
  }

  /// `[images, 3, height, width]` → features `[images, tokens, width]`.
  func features(of pixels: Tensor) throws(EncodingError) -> Tensor {
    try selection.features(of: pixels, by: encoder)
  }
}

extension ImageDecoder.Options {
  /// The options that change pixels, where they are not the usual ones. Those that only refuse images are left out.
  fileprivate var unusual: [String] {
    let usual = Self()
    var words: [String] = []
    if background != usual.background {
      words.append("background \(background.red) \(background.green) \(background.blue)")
    }
    if allowTruncated { words.append("allowTruncated") }
    if exactDecode { words.append("exactDecode") }
    return words
  }
}
