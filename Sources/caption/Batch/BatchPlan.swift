import ArgumentParser
import BatchCaptioning
import Captioning
import ModelFiles
import SystemPackage

/// Where a run reads and writes.
struct BatchPlan {
  let targets: [OutputTarget]
  /// The journal's directory; `nil` for a run that only streams, which cannot be continued.
  let journal: String?
  /// The path of the error ledger; `nil` where failures are only reported.
  let ledger: String?
  let options: BatchOutputOptions

  /// - Parameter inputs: the inputs as given.
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
    // The journal and the list of errors are named after the first output that has a journal, or else the first.
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

  /// The paths that must not be taken for input.
  var ownPaths: [String] {
    targets.compactMap(\.path) + [journal, ledger, options.webdataset].compactMap { $0 }
  }

  /// Whether a run may find all it wants of an image before it reads the image.
  var hasOnlySidecars: Bool { targets.isEmpty && options.webdataset == nil }

  /// Checks for problems with the run that can be known before anything is written.
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

  /// An output in which images in shards have no place.
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

  /// What distinguishes this run from another, by option. Outputs may differ.
  var settings: [String: String] {
    var settings: [String: String] = [:]
    settings["--prefix-text"] = options.prefixText.isEmpty ? nil : options.prefixText
    settings["--suffix-text"] = options.suffixText.isEmpty ? nil : options.suffixText
    return settings
  }
}
