/// The files of a captioner, found and known to be those that its mapper was trained with.
public struct ResolvedCaptioner: Sendable, Equatable {
  /// A directory with `config.json` and weights.
  public let encoder: String
  /// A GGUF file, or a Hugging Face directory.
  public let decoder: String
  /// A safetensors file.
  public let mapper: String
}

extension CaptionerManifest {
  /// Finds what the manifest names and compares its SHA-256, which is computed only where it is not remembered.
  ///
  /// - Parameter directory: the captioner's.
  /// - Throws: `ModelStoreError.missingModels`, `.unknownBase`, `.differentFile`, `.unclearWeights`; `FileSystemError`.
  public func resolve(in directory: String, store: ModelStore) throws -> ResolvedCaptioner {
    let bases = BaseLocator(directory: directory, store: store)
    let encoderPath = try bases.locate(encoder.path, "encoder.path")
    let decoderPath = try bases.locate(decoder.path, "decoder.path")
    guard let encoderPath, let decoderPath else {
      // All at once, so that one pull mends it.
      let missing = [(encoderPath, encoder.path), (decoderPath, decoder.path)].filter { $0.0 == nil }.map(\.1)
      throw ModelStoreError.missingModels(names: missing)
    }
    let decoderFile = try bases.weights(of: decoderPath)
    guard let mapperFile = try bases.locate(mapper.path, "mapper.path") else {
      throw bases.unknown(mapper.path, "mapper.path")
    }
    try bases.check(try bases.weights(of: encoderPath), is: encoder.sha256, "encoder.sha256")
    try bases.check(decoderFile, is: decoder.sha256, "decoder.sha256")
    try bases.check(mapperFile, is: mapper.sha256, "mapper.sha256")
    return ResolvedCaptioner(
      encoder: encoderPath, decoder: decoderFile.hasSuffix(".gguf") ? decoderFile : decoderPath, mapper: mapperFile
    )
  }
}

extension CaptionerManifest.Encoder {
  /// Finds the encoder alone, for whoever has no mapper yet, and compares its SHA-256.
  ///
  /// - Parameter directory: the captioner's.
  /// - Returns: a directory with `config.json` and weights.
  /// - Throws: as `CaptionerManifest.resolve`.
  public func resolve(in directory: String, store: ModelStore) throws -> String {
    let bases = BaseLocator(directory: directory, store: store)
    guard let found = try bases.locate(path, "encoder.path") else {
      throw ModelStoreError.missingModels(names: [path])
    }
    try bases.check(try bases.weights(of: found), is: sha256, "encoder.sha256")
    return found
  }
}

/// Finds what the manifest of one captioner names.
private struct BaseLocator {
  let directory: String
  let store: ModelStore

  private var manifest: String { Path.join(directory, CaptionerManifest.fileName) }

  /// `nil` for a base model that can be fetched.
  func locate(_ path: String, _ key: String) throws -> String? {
    let own = Path.isAbsolute(path) ? path : Path.join(directory, path)
    if FileSystem.isDirectory(own) || FileSystem.isRegularFile(own) { return own }
    if store.isInstalled(path) { return store.directory(of: path) }
    if store.catalog.model(named: path) != nil { return nil }
    throw unknown(path, key)
  }

  func unknown(_ path: String, _ key: String) -> ModelStoreError {
    .unknownBase(manifest: manifest, key: key, path: path, store: store.modelsDirectory)
  }

  func check(_ file: String, is expected: FileHash, _ key: String) throws {
    let found = try store.hashes.hash(ofFile: file)
    guard found == expected else {
      throw ModelStoreError.differentFile(manifest: manifest, key: key, file: file, expected: expected, found: found)
    }
  }

  /// The one file whose hash stands for a model: itself, or what lies in its directory.
  func weights(of path: String) throws -> String {
    guard FileSystem.isDirectory(path) else { return path }
    let names = try FileSystem.names(in: path).filter { $0.hasSuffix(".gguf") || $0 == "model.safetensors" }
    guard names.count == 1 else {
      throw ModelStoreError.unclearWeights(
        directory: path,
        reason: names.isEmpty
          ? "has neither a .gguf file nor model.safetensors: fetch or export the model again"
          : "has several weights (\(names.sorted().joined(separator: ", "))): name one file in captioner.json")
    }
    return Path.join(path, names[0])
  }
}
