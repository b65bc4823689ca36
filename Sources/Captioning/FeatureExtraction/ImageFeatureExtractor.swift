package import ImageEncoding
package import ModelFiles
package import Tensors

/// The vision part of a captioner, for captioning and for training: it turns images into features, with one frozen
/// encoder or several side by side (as in Tong et al. 2024, "Cambrian-1", and Karamcheti et al. 2024, "Prismatic
/// VLMs").
///
/// An image is decoded once and resized once for each encoder.
package struct ImageFeatureExtractor: Sendable {
  /// The encoders, at least one.
  package private(set) var encoders: [EncoderFeatureExtractor]

  /// - Parameters:
  ///   - settings: the settings as in a manifest.
  ///   - directory: the captioner's directory, where encoders may be; otherwise they are in `store`.
  /// - Throws: `ModelStoreError`, `ModelFileError`, `CaptionerError`, `EncodingError`.
  package init(_ settings: [CaptionerManifest.Encoder], directory: String, store: ModelStore) throws {
    try self.init(settings, encoderDirectories: settings.resolve(in: directory, store: store))
  }

  init(_ settings: [CaptionerManifest.Encoder], encoderDirectories: [String]) throws {
    self.init(
      try settings.indices.map { index in
        try Self.naming(index, of: settings) {
          try EncoderFeatureExtractor(settings[index], encoderDirectory: encoderDirectories[index])
        }
      })
  }

  package init(_ encoders: [EncoderFeatureExtractor]) {
    precondition(!encoders.isEmpty, "no encoder")
    self.encoders = encoders
  }

  /// The settings that the features depend on.
  package var settings: [CaptionerManifest.Encoder] { encoders.map(\.settings) }

  /// The layout of one image's features: a block for all tokens of one kind from one layer of one encoder.
  package var parts: FeatureLayout { FeatureLayout(joining: encoders.map(\.parts)) }

  /// The layout with one block for all consecutive tokens that come from the same layer of the same encoder.
  package var groups: FeatureLayout { FeatureLayout(joining: encoders.map(\.groups)) }

  /// The shape of a tensor with one image's features: `[tokens, width]`, or `[numbers]` where tokens have several
  /// widths.
  package var shape: [Int] { parts.shape }

  /// The same extractor, with the encoders' matrices packed for products in this precision.
  package func prepared(_ precision: MatrixPrecision) -> ImageFeatureExtractor {
    ImageFeatureExtractor(encoders.map { $0.isPrepared(in: precision) ? $0 : $0.prepared(precision) })
  }

  /// The largest number of bytes that `prepared(_:)` takes.
  func preparedByteCount(_ precision: MatrixPrecision) -> Int {
    encoders.reduce(0) { $0 + ($1.isPrepared(in: precision) ? 0 : $1.encoder.preparedByteCount(precision)) }
  }

  /// Whether all matrices are packed for products in this precision.
  func isPrepared(in precision: MatrixPrecision) -> Bool { encoders.allSatisfy { $0.isPrepared(in: precision) } }

  /// The same encoders with another selection of features; those whose settings are `nil` are left out.
  ///
  /// - Parameter settings: the settings of each of these encoders with its features; `nil` leaves the encoder out.
  /// - Throws: `EncodingError` where a selection does not suit its encoder; `CaptionerError.encoder` where there are several.
  package func reading(_ settings: [CaptionerManifest.Encoder?]) throws -> ImageFeatureExtractor {
    ImageFeatureExtractor(
      try encoders.indices.compactMap { index in
        try settings[index].map { wanted in
          try Self.naming(index, of: self.settings) { try encoders[index].reading(wanted) }
        }
      })
  }

  /// Adds to an error the name of the encoder, where there are several.
  private static func naming<Result>(
    _ index: Int, of settings: [CaptionerManifest.Encoder], _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let error as EncodingError where settings.count > 1 {
      throw CaptionerError.encoder(name: settings.names[index], problem: error)
    }
  }

  /// The caches for these features in the store, one for each encoder.
  ///
  /// - Throws: `FeatureCacheError`.
  package func cache(
    in store: ModelStore, decoder: ImageDecoder, precision: FeatureCacheKey.Precision = .f16
  ) throws(FeatureCacheError) -> FeatureCaches {
    var caches: [FeatureCache] = []
    for encoder in encoders { caches.append(try encoder.cache(in: store, decoder: decoder, precision: precision)) }
    return FeatureCaches(caches, layouts: encoders.map(\.parts))
  }

  /// How images become the encoders' input.
  package var preprocessing: ImagePreprocessing { ImagePreprocessing(encoders.map(\.preprocessor)) }

  /// From the content of an image file to the encoders' input.
  ///
  /// - Parameters:
  ///   - name: the name of the image in errors.
  ///   - onWarning: is notified of problems of an image that could be read anyway.
  /// - Throws: `ImageDecodingError`.
  package func pixels(
    _ bytes: [UInt8], named name: String, decoder: ImageDecoder, onWarning: (String) -> Void = { _ in }
  ) throws(ImageDecodingError) -> ImagePixels {
    let decoded = try decoder.decode(bytes, named: name, targetFor: preprocessing.scaledSize)
    decoded.warnings.forEach(onWarning)
    return try preprocessing.pixels(of: decoded, named: name)
  }

  /// At least one image → features `[images, …]`, each of `shape`. The encoders work one after the other.
  ///
  /// - Throws: `EncodingError`; `OutOfMemory`.
  package func features(of images: [ImagePixels]) throws -> Tensor {
    let features = try encoders.enumerated().map { index, encoder in
      try encoder.features(of: images.map { $0.tensors[index] })
    }
    return features.count == 1 ? features[0] : .joiningFeatures(features, layout: parts)
  }
}
