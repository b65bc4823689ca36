/// `pair.json`: an encoder and a decoder of the user's own, to train mappers between. A captioner without its mapper.
public struct BasePair: Codable, Sendable, Equatable {
  public static let fileName = "pair.json"
  public static let formatVersion = 1

  public var formatVersion = Self.formatVersion
  public var name: String
  public var encoder: CaptionerManifest.Encoder
  public var decoder: CaptionerManifest.Decoder

  public init(name: String, encoder: CaptionerManifest.Encoder, decoder: CaptionerManifest.Decoder) {
    self.name = name
    self.encoder = encoder
    self.decoder = decoder
  }

  /// Reads and checks `pair.json` in a directory.
  ///
  /// - Throws: `CaptionerManifestError`.
  public init(directory: String) throws(CaptionerManifestError) {
    let path = Path.join(directory, Self.fileName)
    self = try ManifestFile.read(Self.self, path: path, formatVersion: Self.formatVersion)
    try encoder.check(path)
    try decoder.check(path)
    try ManifestFile.require(!decoder.startTokens.isEmpty, path, "decoder.startTokens", "at least one token")
  }

  /// Finds both models and compares their SHA-256, which is computed only where it is not remembered.
  ///
  /// - Parameter directory: the pair's.
  /// - Returns: the encoder's directory; the decoder's GGUF file or directory.
  /// - Throws: `ModelStoreError.missingModels`, `.unknownBase`, `.missingBase`, `.differentFile`, `.unclearWeights`;
  ///   `FileSystemError`.
  public func resolve(in directory: String, store: ModelStore) throws -> (encoder: String, decoder: String) {
    let bases = BaseLocator(manifest: Path.join(directory, Self.fileName), store: store)
    let found = try bases.resolve(encoder, decoder) {}
    return (found.encoder, found.decoder)
  }
}
