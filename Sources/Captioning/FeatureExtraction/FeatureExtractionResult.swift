public import ModelFiles

/// An image to be read when its turn comes.
public struct ImageInput: Sendable {
  /// What reports call it.
  public let name: String
  /// The content of an image file. An error that it throws counts as a damaged image.
  public let bytes: @Sendable () throws -> [UInt8]

  public init(name: String, bytes: @escaping @Sendable () throws -> [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}

/// What is wrong with an image.
public struct ImageProblem: Sendable, Equatable {
  public let name: String
  public let reason: String
}

/// What became of the images.
public struct FeatureExtractionResult: Sendable, Equatable {
  /// By what the cache knows each image, in the order given; `nil` for damaged ones.
  public internal(set) var hashes: [FileHash?] = []
  public internal(set) var damaged: [ImageProblem] = []
  /// What was wrong with images that could be read all the same.
  public internal(set) var warnings: [ImageProblem] = []
}

/// How far an extraction has come.
public struct FeatureExtractionProgress: Sendable, Equatable {
  /// Images in all.
  public let total: Int
  /// Images behind us: those in the cache by now, and the damaged ones.
  public internal(set) var done = 0
  /// Of these, images whose features were there before.
  public internal(set) var cached = 0
  /// Of these, images that cannot be read.
  public internal(set) var damaged = 0
  /// What went through the encoder; a mirrored image counts as another.
  public internal(set) var encoded = 0
  public internal(set) var elapsed = Duration.zero

  init(total: Int) { self.total = total }

  /// What went through the encoder in a second of this run.
  public var imagesPerSecond: Double {
    let (seconds, attoseconds) = elapsed.components
    let time = Double(seconds) + Double(attoseconds) * 1e-18
    return time > 0 ? Double(encoded) / time : 0
  }
}
