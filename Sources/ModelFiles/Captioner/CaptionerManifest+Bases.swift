/// The files of a captioner, found and known to be those that its mapper was trained with.
public struct ResolvedCaptioner: Sendable, Equatable {
  /// A directory with `config.json` and weights.
  public let encoder: String
  /// A GGUF file, or a Hugging Face directory.
  public let decoder: String
  /// A safetensors file.
  public let mapper: String
  /// A safetensors file; `nil` where nothing was calibrated.
  public let confidence: String?
}

extension CaptionerManifest {
  /// Finds what the manifest names and compares its SHA-256, which is computed only where it is not remembered.
  ///
  /// - Parameter directory: the captioner's.
  /// - Throws: `ModelStoreError.missingModels`, `.unknownBase`, `.missingBase`, `.differentFile`, `.unclearWeights`;
  ///   `FileSystemError`.
  public func resolve(in directory: String, store: ModelStore) throws -> ResolvedCaptioner {
    let bases = BaseLocator(manifest: Path.join(directory, Self.fileName), store: store)
    let found = try bases.resolve(encoder, decoder) {
      guard let file = try bases.locate(mapper.path, "mapper.path") else {
        throw bases.unknown(mapper.path, "mapper.path")
      }
      return file
    }
    try bases.check(found.other, is: mapper.sha256, "mapper.sha256")
    let confidenceFile = try confidence.map { confidence in
      guard let file = try bases.locate(confidence.path, "confidence.path") else {
        throw bases.unknown(confidence.path, "confidence.path")
      }
      try bases.check(file, is: confidence.sha256, "confidence.sha256")
      return file
    }
    return ResolvedCaptioner(
      encoder: found.encoder, decoder: found.decoder, mapper: found.other, confidence: confidenceFile)
  }
}

extension CaptionerManifest.Encoder {
  /// Finds the encoder alone, for whoever has no mapper yet, and compares its SHA-256.
  ///
  /// - Parameter directory: the captioner's.
  /// - Returns: a directory with `config.json` and weights.
  /// - Throws: as `CaptionerManifest.resolve`.
  public func resolve(in directory: String, store: ModelStore) throws -> String {
    let bases = BaseLocator(manifest: Path.join(directory, CaptionerManifest.fileName), store: store)
    guard let found = try bases.locate(path, "encoder.path", origin: origin) else {
      throw ModelStoreError.missingModels(names: [path])
    }
    try bases.check(ModelWeights(of: found), is: sha256, "encoder.sha256")
    return found
  }
}

/// Finds what one manifest names.
struct BaseLocator {
  /// Its file.
  let manifest: String
  let store: ModelStore

  /// Finds encoder and decoder and compares their SHA-256.
  ///
  /// - Parameter other: looks for what else there must be, after the bases were found and before anything is read.
  func resolve<Other>(
    _ encoder: CaptionerManifest.Encoder, _ decoder: CaptionerManifest.Decoder, other: () throws -> Other
  ) throws -> (encoder: String, decoder: String, other: Other) {
    let encoderPath = try locate(encoder.path, "encoder.path", origin: encoder.origin)
    let decoderPath = try locate(decoder.path, "decoder.path", origin: decoder.origin)
    guard let encoderPath, let decoderPath else {
      // All at once, so that one pull mends it.
      let missing = [(encoderPath, encoder.path), (decoderPath, decoder.path)].filter { $0.0 == nil }.map(\.1)
      throw ModelStoreError.missingModels(names: missing)
    }
    let decoderWeights = try ModelWeights(of: decoderPath)
    let other = try other()
    try check(ModelWeights(of: encoderPath), is: encoder.sha256, "encoder.sha256")
    try check(decoderWeights, is: decoder.sha256, "decoder.sha256")
    return (encoderPath, decoderWeights.modelPath, other)
  }

  /// `nil` for a base model that can be fetched.
  func locate(_ path: String, _ key: String, origin: String? = nil) throws -> String? {
    let own = Path.isAbsolute(path) ? path : Path.join(Path.parent(manifest), path)
    if FileSystem.isDirectory(own) || FileSystem.isRegularFile(own) { return own }
    if Path.isAbsolute(path) {
      throw ModelStoreError.missingBase(manifest: manifest, key: key, path: path, origin: origin)
    }
    if store.isInstalled(path) { return store.directory(of: path) }
    if store.catalog.model(named: path) != nil { return nil }
    throw unknown(path, key)
  }

  func unknown(_ path: String, _ key: String) -> ModelStoreError {
    .unknownBase(manifest: manifest, key: key, path: path, store: store.modelsDirectory)
  }

  func check(_ file: String, is expected: FileHash, _ key: String) throws {
    try check(try store.hashes.hash(ofFile: file), of: file, is: expected, key)
  }

  func check(_ weights: ModelWeights, is expected: FileHash, _ key: String) throws {
    try check(try weights.hash(store.hashes), of: weights.name, is: expected, key)
  }

  private func check(_ found: FileHash, of file: String, is expected: FileHash, _ key: String) throws {
    guard found == expected else {
      throw ModelStoreError.differentFile(manifest: manifest, key: key, file: file, expected: expected, found: found)
    }
  }
}
