#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension CaptionerManifest {
  /// Reads and checks `captioner.json` in a directory.
  ///
  /// - Throws: `CaptionerManifestError`.
  package init(directory: String) throws(CaptionerManifestError) {
    let path = Path.join(directory, Self.fileName)
    self = try ManifestFile.read(Self.self, path: path, newest: Self.formatVersion)
    try encoders.check(path)
    try decoder.check(path)
    try mapper.check(path)
    if let confidence { try ManifestFile.checkPath(confidence.path, path, "confidence") }
  }

  /// Writes `captioner.json` into a directory, in one step.
  ///
  /// - Throws: `FileSystemError`.
  package func write(toDirectory directory: String) throws {
    try FileSystem.writeAtomically(StableJSON.document(self), to: Path.join(directory, Self.fileName))
  }
}

/// What every manifest has in common.
enum ManifestFile {
  private static let maximumByteCount = 1 << 20

  private struct Version: Decodable {
    let formatVersion: Int
  }

  static func read<Manifest: Decodable>(
    _ type: Manifest.Type, path: String, newest: Int
  ) throws(CaptionerManifestError) -> Manifest {
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(path, limit: maximumByteCount)
    } catch {
      throw .unreadable(path: path, reason: error.description)
    }
    do {
      // First the fields that every version has, so that a newer one is reported as newer and not as damaged.
      let version = try JSONDecoder().decode(Version.self, from: Data(bytes)).formatVersion
      guard (1...newest).contains(version) else {
        throw CaptionerManifestError.unknownVersion(path: path, found: version, known: newest)
      }
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as CaptionerManifestError {
      throw error
    } catch let error as DecodingError {
      throw CaptionerManifestError(path: path, decoding: error)
    } catch {
      throw .invalid(path: path, key: "", expected: "a JSON object")
    }
  }

  static func require(
    _ holds: Bool, _ path: String, _ key: String, _ expected: String
  ) throws(CaptionerManifestError) {
    if !holds { throw .invalid(path: path, key: key, expected: expected) }
  }

  /// A captioner that was copied from elsewhere must not refer to other files of this machine unnoticed.
  static func checkPath(_ named: String, _ path: String, _ part: String) throws(CaptionerManifestError) {
    try require(
      !named.isEmpty && (Path.isAbsolute(named) || !named.split(separator: "/").contains("..")), path, "\(part).path",
      "an absolute path, one below the captioner's directory without '..', or a base model's name")
  }
}

extension CaptionerManifest.Encoder {
  /// - Parameters:
  ///   - path: the path of the manifest.
  ///   - part: where this encoder stands in it.
  func check(_ path: String, key part: String) throws(CaptionerManifestError) {
    func require(_ holds: Bool, _ key: String, _ expected: String) throws(CaptionerManifestError) {
      try ManifestFile.require(holds, path, "\(part).\(key)", expected)
    }
    try ManifestFile.checkPath(self.path, path, part)
    try require(!features.isEmpty, "features", "at least one feature")
    for (index, feature) in features.enumerated() {
      let key = "features[\(index)]"
      try require((0...1000).contains(feature.hiddenState), "\(key).hiddenState", "0 to 1000")
      if let grid = feature.grid {
        try require(
          grid.count == 2 && grid.allSatisfy { (1...1000).contains($0) }, "\(key).grid",
          "[rows, columns], each 1 to 1000")
        try require(feature.tokens == .patches, "\(key).grid", "no grid but for patches")
      }
    }
    let sides = 1...4096
    try require(sides.contains(preprocessing.width), "preprocessing.width", "1 to 4096")
    try require(sides.contains(preprocessing.height), "preprocessing.height", "1 to 4096")
    try require(preprocessing.shortestEdge.map(sides.contains) ?? true, "preprocessing.shortestEdge", "1 to 4096")
    try require(
      ["squash", "shortestEdgeCenterCrop", "longestEdgePad"].contains(preprocessing.resizeMode),
      "preprocessing.resizeMode", "squash, shortestEdgeCenterCrop or longestEdgePad")
    try require(
      ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"].contains(preprocessing.resample),
      "preprocessing.resample", "nearest, box, bilinear, hamming, bicubic or lanczos")
    try require(
      preprocessing.rescaleFactor.isFinite && preprocessing.rescaleFactor > 0, "preprocessing.rescaleFactor",
      "a number above 0")
    try require(
      preprocessing.mean.count == 3 && preprocessing.mean.allSatisfy(\.isFinite), "preprocessing.mean",
      "three numbers")
    try require(
      preprocessing.std.count == 3 && preprocessing.std.allSatisfy { $0.isFinite && $0 > 0 },
      "preprocessing.std", "three numbers above 0")
  }
}

extension CaptionerManifest.Decoder {
  /// - Parameter path: the path of the manifest.
  func check(_ path: String) throws(CaptionerManifestError) {
    func require(_ holds: Bool, _ key: String, _ expected: String) throws(CaptionerManifestError) {
      try ManifestFile.require(holds, path, "decoder.\(key)", expected)
    }
    try ManifestFile.checkPath(self.path, path, "decoder")
    try require(promptTemplate.ranges(of: "{prefix}").count == 1, "promptTemplate", "text with {prefix} once")
    try require(startTokens.allSatisfy { $0 >= 0 }, "startTokens", "tokens of 0 or more")
    try require(stopTokens.allSatisfy { $0 >= 0 }, "stopTokens", "tokens of 0 or more")
    try require((1...100_000).contains(maximumNewTokens), "maximumNewTokens", "1 to 100000")
  }
}

extension CaptionerManifest.Mapper {
  /// - Parameter path: the path of the manifest.
  fileprivate func check(_ path: String) throws(CaptionerManifestError) {
    try ManifestFile.checkPath(self.path, path, "mapper")
    try ManifestFile.require(heads > 0, path, "mapper.heads", "1 or more")
    try ManifestFile.require(
      !tokenGroups.isEmpty && tokenGroups.allSatisfy { (1...1_000_000).contains($0) }, path, "mapper.tokenGroups",
      "one or more counts of 1 or more")
  }
}
