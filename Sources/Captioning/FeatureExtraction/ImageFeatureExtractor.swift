package import ImageEncoding
package import ModelFiles
package import Tensors

/// The seeing half of a captioner: images in, features out, by one frozen encoder or by several side by side (as Tong et al.
/// 2024, "Cambrian-1", and Karamcheti et al. 2024, "Prismatic VLMs"), for captioning and for training alike.
///
/// An image is decoded once and resized once for each encoder.
package struct ImageFeatureExtractor: Sendable {
  /// At least one.
  package private(set) var encoders: [EncoderFeatureExtractor]

  /// - Parameters:
  ///   - settings: as a manifest has them.
  ///   - directory: the captioner's, where encoders may be; otherwise they are in `store`.
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

  /// What the features depend on.
  package var settings: [CaptionerManifest.Encoder] { encoders.map(\.settings) }

  /// Of one image's features: a block for all tokens of one layer of one encoder that are of one kind.
  package var parts: FeatureLayout { FeatureLayout(joining: encoders.map(\.parts)) }

  /// A block for all tokens, one after the other, that come from the same layer of the same encoder.
  package var groups: FeatureLayout { FeatureLayout(joining: encoders.map(\.groups)) }

  /// Of a tensor with one image's features: `[tokens, width]`, or `[numbers]` where tokens have several widths.
  package var shape: [Int] { parts.shape }

  /// The same, the encoders' matrices laid out for products in this precision.
  package func prepared(_ precision: MatrixPrecision) -> ImageFeatureExtractor {
    ImageFeatureExtractor(encoders.map { $0.isPrepared(in: precision) ? $0 : $0.prepared(precision) })
  }

  /// The most bytes that `prepared(_:)` takes.
  func preparedByteCount(_ precision: MatrixPrecision) -> Int {
    encoders.reduce(0) { $0 + ($1.isPrepared(in: precision) ? 0 : $1.encoder.preparedByteCount(precision)) }
  }

  /// Whether all matrices are laid out for products in this precision.
  func isPrepared(in precision: MatrixPrecision) -> Bool { encoders.allSatisfy { $0.isPrepared(in: precision) } }

  /// The same encoders with another selection of features; those that are not among `settings` are left out.
  ///
  /// - Parameter settings: of these encoders, each with its features; `nil` leaves it out.
  /// - Throws: `EncodingError` where a selection does not suit its encoder; `CaptionerError.encoder` where there are several.
  package func reading(_ settings: [CaptionerManifest.Encoder?]) throws -> ImageFeatureExtractor {
    ImageFeatureExtractor(
      try encoders.indices.compactMap { index in
        try settings[index].map { wanted in
          try Self.naming(index, of: self.settings) { try encoders[index].reading(wanted) }
        }
      })
  }

  /// Lets an error say which of several encoders it is about.
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

  /// How images come to the encoders' input.
  package var preprocessing: ImagePreprocessing { ImagePreprocessing(encoders.map(\.preprocessor)) }

  /// From the content of an image file to the encoders' input.
  ///
  /// - Parameters:
  ///   - name: what errors call it.
  ///   - onWarning: is told what was wrong with an image that could be read all the same.
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
