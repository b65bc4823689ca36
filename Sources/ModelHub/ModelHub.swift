package import ModelFiles

/// Models of the Hugging Face hub (or of a server with its interface), fetched into the cache that huggingface_hub
/// keeps.
///
/// A target of its own: only the commands that fetch models need an HTTP client, and nothing below may depend on one.
package struct ModelHub: Sendable {
  package let settings: HubSettings

  package init(settings: HubSettings) {
    self.settings = settings
  }

  /// A model in the cache.
  package struct Model: Sendable, Equatable {
    package let commit: String
    /// The directory of a model in the Hugging Face format, or a GGUF file.
    package let path: String
  }

  /// Fetches the missing files of a model: its configuration, tokeniser and weights, or the one GGUF file that is
  /// named. Each file's size is checked, and its SHA-256 (or, for small files, git's SHA-1).
  ///
  /// - Parameter force: fetches everything anew.
  /// - Throws: `HubError`, `FileSystemError`, `CancellationError`. Whole files stay, and so does a partly fetched one;
  ///   the next pull continues from there.
  package func pull(
    _ reference: HubReference, force: Bool = false, progress: @escaping PullProgressHandler
  ) async throws -> Model {
    let cache = HubCache(root: settings.cacheDirectory, repository: reference.repository)
    let model: Model
    if settings.isOffline {
      model = try cached(reference, cache)
    } else {
      let transport = HubTransport(client: try HTTPClient(), settings: settings)
      model = try await fetch(reference, cache, transport, force, progress)
    }
    progress(.installed(model: reference.description, directory: model.path))
    return model
  }

  private func fetch(
    _ reference: HubReference, _ cache: HubCache, _ transport: HubTransport, _ force: Bool,
    _ progress: @escaping PullProgressHandler
  ) async throws -> Model {
    let repository = HubRepository(reference: reference, transport: transport)
    let contents = try await repository.contents()
    let commit = contents.commit

    func fetch(_ file: String) async throws {
      // What a commit has does not change.
      if !force, cache.has(file, at: commit) { return }
      let description = try await repository.description(of: file, at: commit)
      let etag = description.hash.hexadecimal
      try FileSystem.createDirectory(Path.parent(cache.lock(etag)))
      let lock = try await FileLock.acquire(path: cache.lock(etag)) { progress(.waiting) }
      defer { withExtendedLifetime(lock) {} }
      if force || !isWhole(cache.blob(etag), description.byteCount) {
        try await HubDownload(
          repository: repository, cache: cache, file: file, commit: commit, description: description,
          progress: progress
        ).run()
      }
      try cache.link(file, at: commit, to: etag)
    }

    for file in try HubFiles.chosen(from: contents.files, for: reference) { try await fetch(file) }
    for shard in try shards(reference, cache, commit) {
      guard contents.files.contains(shard) else {
        throw HubError.fileNotFound(repository: reference.repository, file: shard)
      }
      try await fetch(shard)
    }
    // Last, so that a revision that is found here is complete.
    try cache.remember(reference.revision, is: commit)
    return model(reference, cache, commit)
  }

  /// A content that another program fetched is trusted to be what its name says, as that program does; but not one that
  /// was cut short.
  private func isWhole(_ blob: String, _ byteCount: Int?) -> Bool {
    guard let identity = try? FileIdentity(path: blob), FileSystem.isRegularFile(blob) else { return false }
    return byteCount.map { Int64($0) == identity.byteCount } ?? true
  }

  /// The shards of a split model whose index is there; none for any other.
  private func shards(_ reference: HubReference, _ cache: HubCache, _ commit: String) throws -> [String] {
    guard reference.file == nil,
      let weights = DirectoryWeights.allCases.first(where: { cache.has($0.rawValue, at: commit) }), weights.isSplit
    else { return [] }
    let index = try FileSystem.read(Path.join(cache.snapshot(commit), weights.rawValue), limit: 100 << 20)
    return try HubFiles.shards(of: weights, index: index, repository: reference.repository)
  }

  /// The model as the cache has it.
  ///
  /// - Throws: `HubError.notCached`.
  private func cached(_ reference: HubReference, _ cache: HubCache) throws -> Model {
    let missing = HubError.notCached(reference: reference.description, place: cache.directory)
    guard let commit = cache.commit(of: reference.revision),
      (try? HubFiles.chosen(from: cache.files(at: commit), for: reference)) != nil,
      let shards = try? shards(reference, cache, commit), shards.allSatisfy({ cache.has($0, at: commit) })
    else { throw missing }
    return model(reference, cache, commit)
  }

  private func model(_ reference: HubReference, _ cache: HubCache, _ commit: String) -> Model {
    let snapshot = cache.snapshot(commit)
    return Model(commit: commit, path: reference.file.map { Path.join(snapshot, $0) } ?? snapshot)
  }
}
