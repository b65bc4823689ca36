/// The files of a captioner, found and known to be those that its mapper was trained with.
package struct ResolvedCaptioner: Sendable, Equatable {
  /// For each encoder, a directory with `config.json` and weights.
  package let encoders: [String]
  /// A GGUF file, or a Hugging Face directory.
  package let decoder: String
  /// A safetensors file.
  package let mapper: String
  /// A safetensors file; `nil` where nothing was calibrated.
  package let confidence: String?
}

extension CaptionerManifest {
  /// Finds what the manifest names and compares its SHA-256, which is computed only where it is not remembered.
  ///
  /// - Parameter directory: the directory of the captioner.
  /// - Throws: `ModelStoreError.missingModels`, `.unknownBase`, `.missingBase`, `.differentFile`, `.unclearWeights`;
  ///   `FileSystemError`.
  package func resolve(in directory: String, store: ModelStore) throws -> ResolvedCaptioner {
    let bases = BaseLocator(manifest: Path.join(directory, Self.fileName), store: store)
    let found = try bases.resolve(encoders, decoder) {
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
      encoders: found.encoders, decoder: found.decoder, mapper: found.other, confidence: confidenceFile)
  }
}

extension [CaptionerManifest.Encoder] {
  /// Finds the encoders alone, for use before there is a mapper, and compares their SHA-256.
  ///
  /// - Parameter directory: the directory of the captioner.
  /// - Returns: for each encoder, a directory with `config.json` and weights.
  /// - Throws: as `CaptionerManifest.resolve`.
  package func resolve(in directory: String, store: ModelStore) throws -> [String] {
    let bases = BaseLocator(manifest: Path.join(directory, CaptionerManifest.fileName), store: store)
    let found = try bases.locate(self)
    let missing = zip(self, found).filter { $0.1 == nil }.map(\.0.path)
    guard missing.isEmpty else { throw ModelStoreError.missingModels(names: missing) }
    return try bases.check(self, at: found.compactMap(\.self))
  }
}

/// Finds what one manifest names.
struct BaseLocator {
  /// The path of the manifest.
  let manifest: String
  let store: ModelStore

  /// Finds encoders and decoder and compares their SHA-256.
  ///
  /// - Parameter other: finds the other files, after the bases were found and before anything is read.
  func resolve<Other>(
    _ encoders: [CaptionerManifest.Encoder], _ decoder: CaptionerManifest.Decoder, other: () throws -> Other
  ) throws -> (encoders: [String], decoder: String, other: Other) {
    let encoderPaths = try locate(encoders)
    let decoderPath = try locate(decoder.path, "decoder.path", origin: decoder.origin)
    // All missing models are named at once, so that one pull is enough.
    let missing = zip(encoderPaths + [decoderPath], encoders.map(\.path) + [decoder.path]).filter { $0.0 == nil }
    guard missing.isEmpty, let decoderPath else { throw ModelStoreError.missingModels(names: missing.map(\.1)) }
    let decoderWeights = try ModelWeights(of: decoderPath)
    let other = try other()
    let found = try check(encoders, at: encoderPaths.compactMap(\.self))
    try check(decoderWeights, is: decoder.sha256, "decoder.sha256")
    return (found, decoderWeights.modelPath, other)
  }

  /// The path of each encoder; `nil` where it can be fetched.
  func locate(_ encoders: [CaptionerManifest.Encoder]) throws -> [String?] {
    try encoders.enumerated().map { index, encoder in
      try locate(encoder.path, "\(encoders.key(index)).path", origin: encoder.origin)
    }
  }

  /// - Returns: `paths`.
  func check(_ encoders: [CaptionerManifest.Encoder], at paths: [String]) throws -> [String] {
    for (index, path) in paths.enumerated() {
      try check(ModelWeights(of: path), is: encoders[index].sha256, "\(encoders.key(index)).sha256")
    }
    return paths
  }

  /// The path of a model; `nil` for a base model that can be fetched.
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
