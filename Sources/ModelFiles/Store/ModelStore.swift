/// Base models on disk, and what is computed with them:
///
/// ```
/// <root>/models/<name>/source.json …   one directory a base model, complete or not there at all
/// <root>/models/.incoming-…/           a pull at work, or what an interrupted one left for the next to remove
/// <root>/models/.lock                  held while models are added or removed
/// <root>/captioners/<name>/            captioners of the user's own
/// <root>/pairs/<name>/pair.json        see `BasePair`
/// <root>/features/<key>/               see `FeatureCache`
/// <root>/hashes                        see `FileHashCache`
/// ```
package struct ModelStore: Sendable {
  package let root: String
  package let catalog: BaseModelCatalog

  /// - Parameter root: made absolute; created when something is first added.
  package init(root: String, catalog: BaseModelCatalog = .standard) {
    self.root = Path.absolute(root)
    self.catalog = catalog
  }

  package var modelsDirectory: String { Path.join(root, "models") }
  package var captionersDirectory: String { Path.join(root, "captioners") }
  package var featuresDirectory: String { Path.join(root, "features") }
  package var hashes: FileHashCache { FileHashCache(path: Path.join(root, "hashes")) }

  /// Where the base model of this name is, or would be.
  package func directory(of name: String) -> String { Path.join(modelsDirectory, name) }

  /// A base model in the store.
  package struct Installed: Sendable, Equatable {
    package let name: String
    package let directory: String
    package let byteCount: Int
    /// `nil` for what was put there by hand.
    package let record: BaseModelRecord?
  }

  /// What is in the store, by name.
  ///
  /// - Throws: `FileSystemError`.
  package func installed() throws -> [Installed] {
    try FileSystem.names(in: modelsDirectory).compactMap { name in
      let directory = directory(of: name)
      guard !name.hasPrefix("."), FileSystem.isDirectory(directory) else { return nil }
      // What cannot be looked at, such as a link to nothing, takes no space.
      let sizes = try FileSystem.names(in: directory).compactMap {
        try? FileIdentity(path: Path.join(directory, $0)).byteCount
      }
      return Installed(
        name: name, directory: directory, byteCount: Int(sizes.reduce(0, &+)),
        record: try? BaseModelRecord(directory: directory))
    }
  }

  /// The directory of a base model that is there.
  ///
  /// - Throws: `ModelStoreError.missingModels` for one of the catalogue, `.unknownModel` for any other.
  package func installedDirectory(of name: String) throws -> String {
    if isInstalled(name) { return directory(of: name) }
    if catalog.model(named: name) != nil { throw ModelStoreError.missingModels(names: [name]) }
    throw try unknown(name)
  }

  /// Whether a base model is there, with every file that the catalogue knows of it. Nothing is read.
  package func isInstalled(_ name: String) -> Bool {
    let directory = directory(of: name)
    guard Path.isPlainName(name), FileSystem.isDirectory(directory) else { return false }
    let files = catalog.model(named: name)?.pinnedFiles ?? []
    return files.allSatisfy { FileSystem.isRegularFile(Path.join(directory, $0.name)) }
  }

  func unknown(_ name: String) throws -> ModelStoreError {
    let known = Set(catalog.models.map(\.name)).union(try installed().map(\.name))
    return .unknownModel(name: name, known: known.sorted())
  }

  /// Whether this model of the catalogue is there with every file as recorded and as pinned. Files are read only where
  /// their hash is not remembered.
  ///
  /// - Throws: `CancellationError`.
  func isIntact(_ model: BaseModel) throws -> Bool {
    try verification(of: model.name, hash: hashes.hash(ofFile:)).isIntact
  }
}
