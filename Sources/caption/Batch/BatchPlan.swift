import ArgumentParser
import BatchCaptioning
import Captioning
import ModelFiles
import SystemPackage

/// Where a run reads and writes.
struct BatchPlan {
  let targets: [OutputTarget]
  /// A directory; `nil` for a run that only streams, which nobody goes on with.
  let journal: String?
  /// `nil` where failures are only told of.
  let ledger: String?
  let options: BatchOutputOptions

  /// - Parameter inputs: as they were given.
  /// - Throws: `ValidationError`.
  init(_ options: BatchOutputOptions, inputs: [String], shard: String?) throws {
    self.options = options
    var targets = try options.output.map { try OutputTarget($0) }
    if let gallery = options.gallery { targets.append(try OutputTarget("gallery:" + gallery)) }
    self.targets = targets
    if targets.count(where: { $0.path == nil }) > 1 { throw ValidationError("Standard output takes one format.") }
    let paths = targets.compactMap(\.path)
    let places = paths.map { FilePath($0).absolute }
    if let twice = zip(paths, places).first(where: { pair in places.count { $0 == pair.1 } > 1 }) {
      throw ValidationError("\(twice.0) is given for two outputs.")
    }
    // What the journal and the list of errors are named after: the first output that has a journal, or the first.
    let suffix = shard.map { "-" + $0.replacing("/", with: "-of-") } ?? ""
    var names = paths
    names += [options.webdataset, options.outputDir].compactMap { $0 }.map { Path.join($0, "caption\(suffix)") }
    if options.webdataset == nil, options.outputDir == nil, options.txt || options.xmp {
      names.append(Path.join(inputs.first { FileSystem.isDirectory($0) } ?? ".", "caption\(suffix)"))
    }
    let name = names.first { FileSystem.isRegularFile(Path.join($0 + ".journal", "settings.json")) } ?? names.first
    journal = options.journal ?? name.map { $0 + ".journal" }
    ledger = options.errors ?? name.map { $0 + ".errors.jsonl" }
  }

  /// What must not be taken for input.
  var ownPaths: [String] {
    targets.compactMap(\.path) + [journal, ledger, options.webdataset].compactMap { $0 }
  }

  /// Whether a run may find all it wants of an image before it looks at it.
  var hasOnlySidecars: Bool { targets.isEmpty && options.webdataset == nil }

  /// What is wrong with the run that can be known before anything is made.
  ///
  /// - Throws: `BatchError`, `ImageListingError`.
  func check(_ listing: ImageListing, journal: String) throws {
    if let ledger { try ErrorLedger.check(path: ledger, journal: journal) }
    if let output = outputWithoutShards, let shard = try listing.firstShard() {
      throw BatchError.noPlaceForShard(path: shard.text, output: output)
    }
    for target in targets where target.format == .coco {
      try COCOIdentifiers.check(listing, output: target.path ?? "-")
    }
  }

  /// An output that images in shards have no place in.
  private var outputWithoutShards: String? {
    if options.outputDir == nil {
      if options.txt { return "--txt without --output-dir" }
      if options.xmp { return "--xmp without --output-dir" }
    }
    return targets.first { $0.format == .imagefolder }?.path
  }

  func rowFormat(_ target: OutputTarget) throws -> any RowFormat {
    switch target.format {
    case .jsonl: JSONLinesFormat()
    case .csv: CSVFormat()
    case .coco: COCOResultsFormat()
    case .imagefolder: ImageFolderFormat(directory: FilePath(Path.parent(target.path ?? ".")))
    case .gallery: throw ValidationError("A gallery is no list of rows.")
    }
  }

  /// What tells this run from another, by the options that say it. Outputs may be others.
  var settings: [String: String] {
    var settings: [String: String] = [:]
    settings["--prefix-text"] = options.prefixText.isEmpty ? nil : options.prefixText
    settings["--suffix-text"] = options.suffixText.isEmpty ? nil : options.suffixText
    return settings
  }
}
