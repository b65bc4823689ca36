/// `pair.json`: one or more encoders and a decoder of the user's own, to train mappers between. A captioner without its
/// mapper, in the same format versions.
package struct BasePair: Sendable, Equatable {
  package static let fileName = "pair.json"
  /// The newest version that is read.
  package static let formatVersion = CaptionerManifest.formatVersion

  package var name: String
  /// At least one encoder.
  package var encoders: [CaptionerManifest.Encoder]
  package var decoder: CaptionerManifest.Decoder

  package init(name: String, encoders: [CaptionerManifest.Encoder], decoder: CaptionerManifest.Decoder) {
    self.name = name
    self.encoders = encoders
    self.decoder = decoder
  }

  /// Reads and checks `pair.json` in a directory.
  ///
  /// - Throws: `CaptionerManifestError`.
  package init(directory: String) throws(CaptionerManifestError) {
    let path = Path.join(directory, Self.fileName)
    self = try ManifestFile.read(Self.self, path: path, newest: Self.formatVersion)
    try encoders.check(path)
    try decoder.check(path)
    try ManifestFile.require(!decoder.startTokens.isEmpty, path, "decoder.startTokens", "at least one token")
  }

  /// Finds all models and compares their SHA-256, which is computed only where it is not remembered.
  ///
  /// - Parameter directory: the directory of the pair.
  /// - Returns: the directory of each encoder; the decoder's GGUF file or directory.
  /// - Throws: `ModelStoreError.missingModels`, `.unknownBase`, `.missingBase`, `.differentFile`, `.unclearWeights`;
  ///   `FileSystemError`.
  package func resolve(in directory: String, store: ModelStore) throws -> (encoders: [String], decoder: String) {
    let bases = BaseLocator(manifest: Path.join(directory, Self.fileName), store: store)
    let found = try bases.resolve(encoders, decoder) {}
    return (found.encoders, found.decoder)
  }
}
