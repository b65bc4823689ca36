#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension CaptionerManifest {
  private static let maximumByteCount = 1 << 20

  /// Reads and checks `captioner.json` in a directory.
  ///
  /// - Throws: `CaptionerManifestError`.
  public init(directory: String) throws(CaptionerManifestError) {
    let path = Path.join(directory, Self.fileName)
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(path, limit: Self.maximumByteCount)
    } catch {
      throw .unreadable(path: path, reason: error.description)
    }
    do {
      // First what any version has, so that a newer one is named and not called damaged.
      let version = try JSONDecoder().decode(Version.self, from: Data(bytes)).formatVersion
      guard version == Self.formatVersion else {
        throw CaptionerManifestError.unknownVersion(path: path, found: version, known: Self.formatVersion)
      }
      self = try JSONDecoder().decode(Self.self, from: Data(bytes))
    } catch let error as CaptionerManifestError {
      throw error
    } catch let error as DecodingError {
      throw CaptionerManifestError(path: path, decoding: error)
    } catch {
      throw .invalid(path: path, key: "", expected: "a JSON object")
    }
    try check(path)
  }

  /// Writes `captioner.json` into a directory, in one step.
  ///
  /// - Throws: `FileSystemError`.
  public func write(toDirectory directory: String) throws {
    try FileSystem.writeAtomically(StableJSON.document(self), to: Path.join(directory, Self.fileName))
  }

  private struct Version: Decodable {
    let formatVersion: Int
  }

  private func check(_ path: String) throws(CaptionerManifestError) {
    func require(_ holds: Bool, _ key: String, _ expected: String) throws(CaptionerManifestError) {
      if !holds { throw .invalid(path: path, key: key, expected: expected) }
    }
    for (key, path) in [("encoder", encoder.path), ("decoder", decoder.path), ("mapper", mapper.path)] {
      // A captioner that was copied from elsewhere must not point about on this machine unnoticed.
      try require(
        !path.isEmpty && (Path.isAbsolute(path) || !path.split(separator: "/").contains("..")), "\(key).path",
        "an absolute path, one below the captioner's directory without '..', or a base model's name")
    }
    let placeholders = decoder.promptTemplate.ranges(of: "{prefix}").count
    try require(placeholders == 1, "decoder.promptTemplate", "text with {prefix} once")
    let preprocessing = encoder.preprocessing
    try require(!encoder.features.isEmpty, "encoder.features", "at least one feature")
    for (index, feature) in encoder.features.enumerated() {
      let key = "encoder.features[\(index)]"
      try require((0...1000).contains(feature.hiddenState), "\(key).hiddenState", "0 to 1000")
      if let grid = feature.grid {
        try require(
          grid.count == 2 && grid.allSatisfy { (1...1000).contains($0) }, "\(key).grid",
          "[rows, columns], each 1 to 1000")
        try require(feature.tokens == .patches, "\(key).grid", "no grid but for patches")
      }
    }
    let sides = 1...4096
    try require(sides.contains(preprocessing.width), "encoder.preprocessing.width", "1 to 4096")
    try require(sides.contains(preprocessing.height), "encoder.preprocessing.height", "1 to 4096")
    try require(
      ["squash", "shortestEdgeCenterCrop", "longestEdgePad"].contains(preprocessing.resizeMode),
      "encoder.preprocessing.resizeMode", "squash, shortestEdgeCenterCrop or longestEdgePad")
    if let shortestEdge = preprocessing.shortestEdge {
      try require(sides.contains(shortestEdge), "encoder.preprocessing.shortestEdge", "1 to 4096")
    }
    try require(
      ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"].contains(preprocessing.resample),
      "encoder.preprocessing.resample", "nearest, box, bilinear, hamming, bicubic or lanczos")
    try require(
      preprocessing.rescaleFactor.isFinite && preprocessing.rescaleFactor > 0, "encoder.preprocessing.rescaleFactor",
      "a number above 0")
    try require(
      preprocessing.mean.count == 3 && preprocessing.mean.allSatisfy(\.isFinite), "encoder.preprocessing.mean",
      "three numbers")
    try require(
      preprocessing.std.count == 3 && preprocessing.std.allSatisfy { $0.isFinite && $0 > 0 },
      "encoder.preprocessing.std", "three numbers above 0")
    try require(!decoder.startTokens.isEmpty, "decoder.startTokens", "at least one token")
    try require(decoder.startTokens.allSatisfy { $0 >= 0 }, "decoder.startTokens", "tokens of 0 or more")
    try require(decoder.stopTokens.allSatisfy { $0 >= 0 }, "decoder.stopTokens", "tokens of 0 or more")
    try require((1...100_000).contains(decoder.maximumNewTokens), "decoder.maximumNewTokens", "1 to 100000")
    try require(mapper.heads > 0, "mapper.heads", "1 or more")
    try require(
      !mapper.tokenGroups.isEmpty && mapper.tokenGroups.allSatisfy { (1...1_000_000).contains($0) },
      "mapper.tokenGroups", "one or more counts of 1 or more")
  }
}
