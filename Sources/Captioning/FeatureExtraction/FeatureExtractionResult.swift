package import ModelFiles

/// An image to be read when its turn comes.
package struct ImageInput: Sendable {
  /// What reports call it.
  package let name: String
  /// The content of an image file. An error that it throws counts as a damaged image.
  package let bytes: @Sendable () throws -> [UInt8]

  package init(name: String, bytes: @escaping @Sendable () throws -> [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}

/// What is wrong with an image.
package struct ImageProblem: Sendable, Equatable {
  package let name: String
  package let reason: String
}

/// What became of the images.
package struct FeatureExtractionResult: Sendable, Equatable {
  /// By what the cache knows each image, in the order given; `nil` for damaged ones.
  package internal(set) var hashes: [FileHash?] = []
  package internal(set) var damaged: [ImageProblem] = []
  /// What was wrong with images that could be read all the same.
  package internal(set) var warnings: [ImageProblem] = []
}

/// How far an extraction has come.
package struct FeatureExtractionProgress: Sendable, Equatable {
  /// Images in all.
  package let total: Int
  /// Images behind us: those in the cache by now, and the damaged ones.
  package internal(set) var done = 0
  /// Of these, images whose features were there before.
  package internal(set) var cached = 0
  /// Of these, images that cannot be read.
  package internal(set) var damaged = 0
  /// What went through the encoder; a mirrored image counts as another.
  package internal(set) var encoded = 0
  package internal(set) var elapsed = Duration.zero

  init(total: Int) { self.total = total }

  /// What went through the encoder in a second of this run.
  package var imagesPerSecond: Double {
    let (seconds, attoseconds) = elapsed.components
    let time = Double(seconds) + Double(attoseconds) * 1e-18
    return time > 0 ? Double(encoded) / time : 0
  }
}
