extension ModelStore {
  /// Pairs of the user's own models: `<root>/pairs/<name>/pair.json`.
  package var pairsDirectory: String { Path.join(root, "pairs") }

  /// The names of all pairs.
  package func pairNames() -> [String] {
    ((try? FileSystem.names(in: pairsDirectory)) ?? []).filter { pairDirectory(of: $0) != nil }
  }

  /// The directory of the pair of this name; `nil` where there is none.
  package func pairDirectory(of name: String) -> String? {
    let directory = Path.join(pairsDirectory, name)
    guard Path.isPlainName(name), FileSystem.isRegularFile(Path.join(directory, BasePair.fileName)) else { return nil }
    return directory
  }

  /// Writes a pair's manifest; the models stay where they are.
  ///
  /// - Parameter replacing: overwrites a pair of the same name.
  /// - Throws: `ModelStoreError.invalidName`, and `.nameInUse` where a pair, a captioner or a base model has that name;
  ///   `FileSystemError`.
  package func add(_ pair: BasePair, replacing: Bool = false) throws {
    try checkPairName(pair.name, replacing: replacing)
    let directory = Path.join(pairsDirectory, pair.name)
    try FileSystem.createDirectory(directory)
    try FileSystem.writeAtomically(StableJSON.document(pair), to: Path.join(directory, BasePair.fileName))
  }

  /// - Throws: as `add`; to be called before the long work that leads to a pair.
  package func checkPairName(_ name: String, replacing: Bool = false) throws(ModelStoreError) {
    let isSpelt = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard isSpelt, !name.isEmpty, !name.hasPrefix("."), name.utf8.count <= 100 else { throw .invalidName(name) }
    if !replacing, let place = pairDirectory(of: name) { throw .nameInUse(name: name, place: place) }
    if CaptionerLocator(store: self).names().contains(name) { throw .nameInUse(name: name, place: "a captioner") }
    if catalog.model(named: name) != nil || FileSystem.isDirectory(directory(of: name)) {
      throw .nameInUse(name: name, place: "a base model")
    }
  }

  /// Removes a pair's manifest, and nothing of the models that it names.
  ///
  /// - Throws: `FileSystemError`.
  func removePair(_ directory: String) throws {
    try FileSystem.remove(Path.join(directory, BasePair.fileName))
    // Other files that somebody put there stay, and then the directory stays, too.
    if try FileSystem.names(in: directory).isEmpty { try FileSystem.remove(directory) }
  }
}
