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
    let manifest = Path.join(directory, Self.fileName)
    /// `nil` for a base model that can be fetched.
    func locate(_ path: String, _ key: String) throws -> String? {
      let own = Path.isAbsolute(path) ? path : Path.join(directory, path)
      if FileSystem.isDirectory(own) || FileSystem.isRegularFile(own) { return own }
      if store.isInstalled(path) { return store.directory(of: path) }
      if store.catalog.model(named: path) != nil { return nil }
      throw ModelStoreError.unknownBase(manifest: manifest, key: key, path: path, store: store.modelsDirectory)
    }
    let encoderPath = try locate(encoder.path, "encoder.path")
    let decoderPath = try locate(decoder.path, "decoder.path")
    guard let encoderPath, let decoderPath else {
      // All at once, so that one pull mends it.
      let missing = [(encoderPath, encoder.path), (decoderPath, decoder.path)].filter { $0.0 == nil }.map(\.1)
      throw ModelStoreError.missingModels(names: missing)
    }
    let decoderFile = try Self.weights(of: decoderPath)
    guard let mapperFile = try locate(mapper.path, "mapper.path") else {
      throw ModelStoreError.unknownBase(
        manifest: manifest, key: "mapper.path", path: mapper.path, store: store.modelsDirectory)
    }
    let files = [
      ("encoder.sha256", try Self.weights(of: encoderPath), encoder.sha256),
      ("decoder.sha256", decoderFile, decoder.sha256), ("mapper.sha256", mapperFile, mapper.sha256),
    ]
    for (key, file, expected) in files {
      let found = try store.hashes.hash(ofFile: file)
      guard found == expected else {
        throw ModelStoreError.differentFile(manifest: manifest, key: key, file: file, expected: expected, found: found)
      }
    }
    return ResolvedCaptioner(
      encoder: encoderPath, decoder: decoderFile.hasSuffix(".gguf") ? decoderFile : decoderPath, mapper: mapperFile
    )
  }

  /// The one file whose hash stands for a model: itself, or what lies in its directory.
  private static func weights(of path: String) throws -> String {
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
