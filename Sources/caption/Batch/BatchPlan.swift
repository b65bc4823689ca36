import ArgumentParser
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
  /// Files that must not exist before a first run.
  let files: [String]
  private let options: BatchOutputOptions

  /// - Parameter inputs: as they were given.
  /// - Throws: `ValidationError`.
  init(_ options: BatchOutputOptions, inputs: [String], shard: String?) throws {
    self.options = options
    var targets = try options.output.map { try OutputTarget($0) }
    if let gallery = options.gallery { targets.append(try OutputTarget("gallery:" + gallery)) }
    self.targets = targets
    if targets.count(where: { $0.path == nil }) > 1 { throw ValidationError("Standard output takes one format.") }
    let paths = targets.compactMap(\.path)
    if let twice = paths.first(where: { path in paths.count { Path.absolute($0) == Path.absolute(path) } > 1 }) {
      throw ValidationError("\(twice) is given for two outputs.")
    }
    files = paths + (options.webdataset.map { [WebDatasetOutput.firstShard(in: FilePath($0)).string] } ?? [])
    let suffix = shard.map { "-" + $0.replacing("/", with: "-of-") } ?? ""
    // The first of these that there is names the place of the journal and of the errors.
    let directory = options.webdataset ?? options.outputDir
    if let first = paths.first {
      journal = options.journal ?? first + ".journal"
      let parent = Path.parent(first)
      ledger = options.errors ?? (parent == "." ? "errors\(suffix).jsonl" : Path.join(parent, "errors\(suffix).jsonl"))
    } else if let directory {
      journal = options.journal ?? Path.join(directory, "caption\(suffix).journal")
      ledger = options.errors ?? Path.join(directory, "errors\(suffix).jsonl")
    } else if options.txt || options.xmp {
      let input = inputs.first { FileSystem.isDirectory($0) } ?? "."
      journal = options.journal ?? Path.join(input, "caption\(suffix).journal")
      ledger = options.errors ?? Path.join(input, "errors\(suffix).jsonl")
    } else {
      journal = options.journal
      ledger = options.errors
    }
  }

  /// What must not be taken for input.
  var ownPaths: [String] {
    targets.compactMap(\.path) + [journal, ledger, options.webdataset].compactMap { $0 }
  }

  /// Whether a run may find all it wants of an image before it looks at it.
  var hasOnlySidecars: Bool { targets.isEmpty && options.webdataset == nil }

  /// The outputs, those first that may refuse an image.
  ///
  /// - Parameters:
  ///   - positions: where an earlier run stopped, output by output.
  ///   - roots: directories that images are found below.
  ///   - journal: the journal's directory, where outputs may keep what they need.
  ///   - model: what a gallery calls the captioner.
  func outputs(
    positions: [OutputPosition]?, roots: [FilePath], journal: String, model: String
  ) throws -> [any BatchOutput] {
    var outputs: [any BatchOutput] = []
    func position() -> OutputPosition? {
      guard let positions, outputs.count < positions.count else { return nil }
      return positions[outputs.count]
    }
    let directory = options.outputDir.map { FilePath($0) }
    if options.txt {
      let place = SidecarPlace(fileExtension: options.extension, outputDirectory: directory, roots: roots)
      outputs.append(
        try SidecarOutput(
          format: TextSidecar(), place: place, overwrites: options.overwrite,
          ownersPath: Path.join(journal, "txt.index")))
    }
    if options.xmp {
      let place = SidecarPlace(fileExtension: "xmp", outputDirectory: directory, roots: roots)
      outputs.append(
        try SidecarOutput(
          format: XMPSidecar(), place: place, overwrites: options.overwrite, adoptsFullNames: true,
          ownersPath: Path.join(journal, "xmp.index")))
    }
    if let shards = options.webdataset {
      outputs.append(try WebDatasetOutput(directory: FilePath(shards), position: position()))
    }
    for target in targets {
      guard let path = target.path else {
        let send: ([UInt8]) throws -> Void = { try StandardOutput.write($0) }
        outputs.append(StreamedOutput(format: try rowFormat(target), send: send))
        continue
      }
      try FileSystem.createDirectory(Path.parent(path))
      if target.format == .gallery {
        outputs.append(
          try GalleryOutput(
            path: path, position: position(), heading: GalleryHeading(model: model),
            itemsPath: Path.join(journal, "gallery-\(outputs.count).items")))
        continue
      }
      outputs.append(try AppendedOutput(path: path, format: rowFormat(target), position: position()))
    }
    return outputs
  }

  private func rowFormat(_ target: OutputTarget) throws -> any RowFormat {
    switch target.format {
    case .jsonl: JSONLinesFormat()
    case .csv: CSVFormat()
    case .coco: COCOResultsFormat()
    case .imagefolder: ImageFolderFormat(directory: FilePath(Path.parent(target.path ?? ".")))
    case .gallery: throw ValidationError("A gallery is no list of rows.")
    }
  }

  /// What tells this run from another, by names that a user knows.
  var settings: [String: String] {
    var settings: [String: String] = ["outputs": options.output.joined(separator: " ")]
    // Rows of several widths in one file are none that anybody reads.
    if targets.contains(where: { $0.format == .csv }) { settings["CSV columns"] = "\(CSVFormat.columns.count)" }
    settings["--gallery"] = options.gallery
    settings["--webdataset"] = options.webdataset
    settings["--txt"] = options.txt ? ".\(options.extension)" : nil
    settings["--xmp"] = options.xmp ? "yes" : nil
    settings["--output-dir"] = options.outputDir
    settings["--overwrite"] = options.overwrite ? "yes" : nil
    settings["--prefix-text"] = options.prefixText.isEmpty ? nil : options.prefixText
    settings["--suffix-text"] = options.suffixText.isEmpty ? nil : options.suffixText
    return settings
  }
}
