#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `header.json` of a feature cache: what its other files hold, for people too.
struct FeatureCacheHeader: Codable, Equatable {
  static let fileName = "header.json"
  static let format = "caption features"
  static let formatVersion = 1

  var format = Self.format
  var formatVersion = Self.formatVersion
  /// `[tokens, width]`.
  var shape: [Int]
  var key: FeatureCacheKey

  private struct Version: Decodable {
    let format: String
    let formatVersion: Int
  }

  /// Compares the header in `directory` with this one.
  ///
  /// - Returns: whether there is one.
  /// - Throws: `FeatureCacheError` where there is another.
  func isPresent(in directory: String) throws(FeatureCacheError) -> Bool {
    let path = Path.join(directory, Self.fileName)
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(path, limit: 1 << 20)
    } catch {
      if case .notFound = error { return false }
      throw .cannotRead(path: path, reason: error.reason)
    }
    // First the fields that every version has, so that a newer one is reported as newer and not as damaged.
    guard let version = try? JSONDecoder().decode(Version.self, from: Data(bytes)), version.format == Self.format else {
      throw .notAHeader(path: path)
    }
    guard version.formatVersion == Self.formatVersion else {
      throw .unknownVersion(path: path, found: version.formatVersion, known: Self.formatVersion)
    }
    guard let found = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { throw .notAHeader(path: path) }
    if let difference = difference(from: found) { throw .otherKey(path: path, difference: difference) }
    return true
  }

  func write(to directory: String) throws(FeatureCacheError) {
    let path = Path.join(directory, Self.fileName)
    guard let json = try? StableJSON.document(self) else { throw .notAHeader(path: path) }
    do {
      try FileSystem.writeAtomically(json, to: path)
    } catch {
      throw .cannotWrite(error)
    }
  }

  /// The difference in words that follow "another"; `nil` where there is none.
  private func difference(from other: Self) -> String? {
    if other.key.encoderHash != key.encoderHash {
      return "encoder (SHA-256 \(other.key.encoderHash), expected \(key.encoderHash))"
    }
    if other.key.features != key.features { return "selection of hidden states and tokens" }
    if other.key.preprocessing != key.preprocessing { return "preprocessing" }
    if other.key.decoding != key.decoding { return "way of decoding (\(other.key.decoding), expected \(key.decoding))" }
    if other.key.precision != key.precision {
      return "precision (\(other.key.precision.rawValue), expected \(key.precision.rawValue))"
    }
    return other.shape == shape ? nil : "shape (\(other.shape), expected \(shape))"
  }
}
