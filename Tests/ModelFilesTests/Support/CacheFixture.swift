import Foundation
import ModelFiles
import Tensors
import TestSupport

/// A small feature cache, and what goes into it.
enum CacheFixture {
  static let shape = [3, 5]

  static func hash(_ number: Int) -> FileHash { FileHash.hash(of: Array("image \(number)".utf8)) }

  static func features(_ number: Int) -> Tensor { .random(shape, seed: UInt64(number)) }

  static func addition(_ number: Int) -> FeatureCache.Addition {
    FeatureCache.Addition(image: hash(number), isFlipped: false, features: features(number))
  }

  static func key(precision: FeatureCacheKey.Precision = .f16) throws -> FeatureCacheKey {
    let encoder = try CaptionerManifest(directory: TinyCaptioner.path).encoders[0]
    return FeatureCacheKey(
      encoderHash: encoder.sha256, features: encoder.features, preprocessing: encoder.preprocessing,
      precision: precision)
  }

  static func open(_ directory: URL, precision: FeatureCacheKey.Precision = .f16) throws -> FeatureCache {
    try FeatureCache(
      directory: directory.path(percentEncoded: false), key: key(precision: precision), shape: shape)
  }

  static func size(of file: String, in directory: URL) throws -> Int {
    try Data(contentsOf: directory.appending(path: file)).count
  }
}
