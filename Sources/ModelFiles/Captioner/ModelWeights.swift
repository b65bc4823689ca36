/// The files that hold a model's numbers, and the one hash that stands for them.
package struct ModelWeights: Sendable, Equatable {
  /// The path that a decoder is loaded from: a GGUF file, of a split model the first, or the directory.
  package let modelPath: String
  /// The files in the order of their names.
  package let files: [String]

  /// - Parameter path: a file of weights, or a directory with one GGUF file (or those of one split model) or one of
  ///   `DirectoryWeights`.
  /// - Throws: `ModelStoreError.unclearWeights`, `FileSystemError`.
  package init(of path: String) throws {
    guard FileSystem.isDirectory(path) else {
      self.init(file: path)
      return
    }
    let all = try FileSystem.names(in: path)
    let best = DirectoryWeights.best(of: Set(all))
    let gguf = all.filter { $0.hasSuffix(".gguf") }
    if best == nil, let first = gguf.min(), GGUFSplit(path: first)?.paths == gguf.sorted() {
      self.init(file: Path.join(path, first))
      return
    }
    let names = gguf + (best.map { [$0.rawValue] } ?? [])
    guard names.count == 1 else {
      throw ModelStoreError.unclearWeights(
        directory: path,
        reason: names.isEmpty
          ? "has neither a .gguf file nor model.safetensors nor pytorch_model.bin: fetch or export the model again"
          : "has several weights (\(names.sorted().joined(separator: ", "))): name one file instead of the directory")
    }
    let files = (all.filter { best?.isShard($0) ?? false } + names).sorted().map { Path.join(path, $0) }
    self.init(modelPath: best == nil ? files[0] : path, files: files)
  }

  private init(file: String) {
    let files = GGUFSplit(path: file)?.paths ?? [file]
    self.init(modelPath: files[0], files: files)
  }

  private init(modelPath: String, files: [String]) {
    self.modelPath = modelPath
    self.files = files
  }

  /// The name for messages.
  var name: String { files.count == 1 ? files[0] : modelPath }

  /// The SHA-256 of the only file; for several files, that of the text which `sha256sum` prints for them: a line
  /// `<hash>  <name>` for each.
  ///
  /// - Throws: `FileSystemError`; `CancellationError` when the task is cancelled meanwhile.
  package func hash(_ cache: FileHashCache) throws -> FileHash {
    if files.count == 1 { return try cache.hash(ofFile: files[0]) }
    let lines = try files.map { "\(try cache.hash(ofFile: $0))  \(Path.name($0))\n" }
    return FileHash.hash(of: Array(lines.joined().utf8))
  }
}
