extension ModelStore {
  /// Removes a base model, or only the manifest of a pair.
  ///
  /// - Throws: `ModelStoreError.unknownModel` and `.missingModels`, `FileSystemError`, `CancellationError`.
  package func remove(_ name: String, waiting: () -> Void = {}) async throws {
    if let pair = pairDirectory(of: name) { return try removePair(pair) }
    let directory = directory(of: name)
    // Damaged models can be removed, too.
    if !Path.isPlainName(name) || !FileSystem.isDirectory(directory) { _ = try installedDirectory(of: name) }
    let lock = try await lock(waiting: waiting)
    try withExtendedLifetime(lock) {
      // First it is moved away in one step, so that nobody finds half a model.
      let incoming = try createIncomingDirectory()
      defer { try? FileSystem.remove(incoming) }
      try FileSystem.rename(directory, to: Path.join(incoming, name))
      try FileSystem.remove(incoming)
    }
  }
}
