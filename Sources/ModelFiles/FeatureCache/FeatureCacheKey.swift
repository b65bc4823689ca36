/// All that features depend on besides the image's bytes. Each key has a cache of its own.
package struct FeatureCacheKey: Sendable, Codable, Equatable {
  /// How features are stored: `f16` or `f32`.
  package enum Precision: String, Sendable, Codable {
    case f16, f32
  }

  /// The hash of the encoder's weights.
  package var encoderHash: FileHash
  package var features: [CaptionerManifest.Feature]
  package var preprocessing: CaptionerManifest.Preprocessing
  /// How bytes become pixels where that is not the usual way, in words such as `exactDecode`.
  package var decoding: [String]
  /// The precision in which the encoder multiplied, where that was not f32.
  package var encoderPrecision: String?
  package var precision: Precision

  package init(
    encoderHash: FileHash, features: [CaptionerManifest.Feature], preprocessing: CaptionerManifest.Preprocessing,
    decoding: [String] = [], encoderPrecision: String? = nil, precision: Precision = .f16
  ) {
    self.encoderHash = encoderHash
    self.features = features
    self.preprocessing = preprocessing
    self.decoding = decoding
    self.encoderPrecision = encoderPrecision
    self.precision = precision
  }

  /// 16 hexadecimal digits: the start of the SHA-256 of the key as JSON with sorted keys.
  package var directoryName: String {
    // Neither dates nor infinite numbers are in a key, so that encoding cannot fail; were it to, all such keys would
    // share a directory, whose header would still refuse the wrong ones.
    let json = (try? StableJSON.line(self)) ?? ""
    return String(FileHash.hash(of: Array(json.utf8)).hexadecimal.prefix(16))
  }
}

extension ModelStore {
  /// Where the features of this key are kept, shared by all runs.
  package func featuresDirectory(for key: FeatureCacheKey) -> String {
    Path.join(featuresDirectory, key.directoryName)
  }
}
