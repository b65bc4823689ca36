package import ModelFiles

/// An image to be read when its turn comes.
package struct ImageInput: Sendable {
  /// The name of the image in reports.
  package let name: String
  /// The content of an image file. An error that it throws counts as a damaged image.
  package let bytes: @Sendable () throws -> [UInt8]

  package init(name: String, bytes: @escaping @Sendable () throws -> [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}

/// A problem of an image.
package struct ImageProblem: Sendable, Equatable {
  package let name: String
  package let reason: String
}

/// The result of an extraction.
package struct FeatureExtractionResult: Sendable, Equatable {
  /// The hash of each image in the cache, in the order given; `nil` for damaged ones.
  package internal(set) var hashes: [FileHash?] = []
  package internal(set) var damaged: [ImageProblem] = []
  /// The problems of images that could be read anyway.
  package internal(set) var warnings: [ImageProblem] = []
}

/// The progress of an extraction.
package struct FeatureExtractionProgress: Sendable, Equatable {
  /// The number of all images.
  package let total: Int
  /// The number of finished images: those in the cache by now, and the damaged ones.
  package internal(set) var done = 0
  /// The number of finished images whose features were already cached.
  package internal(set) var cached = 0
  /// The number of finished images that cannot be read.
  package internal(set) var damaged = 0
  /// The number of images that were encoded; a mirrored image counts as another one.
  package internal(set) var encoded = 0
  package internal(set) var elapsed = Duration.zero

  init(total: Int) { self.total = total }

  /// The number of images encoded per second of this run.
  package var imagesPerSecond: Double {
    let (seconds, attoseconds) = elapsed.components
    let time = Double(seconds) + Double(attoseconds) * 1e-18
    return time > 0 ? Double(encoded) / time : 0
  }
}
