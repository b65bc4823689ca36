import BatchCaptioning
import Captioning
import ModelFiles
import SystemPackage

extension BatchPlan {
  /// An output of the run.
  enum Output {
    case text, xmp
    case shards(String)
    case target(OutputTarget)
  }

  /// The outputs; those that may refuse an image come first.
  var outputs: [Output] {
    var outputs: [Output] = []
    if options.txt { outputs.append(.text) }
    if options.xmp { outputs.append(.xmp) }
    if let shards = options.webdataset { outputs.append(.shards(shards)) }
    return outputs + targets.map { .target($0) }
  }

  /// The outputs as the journal knows them.
  ///
  /// - Parameter journal: the journal's directory.
  func namedOutputs(journal: String) -> [NamedOutput] {
    var places = RelativePlaces(journal: FilePath(journal))
    func place(_ path: String) -> String { places.place(of: FilePath(path)).text }
    let sidecars = options.outputDir.map { " in " + place($0) } ?? ""
    return outputs.map { output in
      switch output {
      case .text: NamedOutput(name: "--txt .\(options.extension.drop { $0 == "." })" + sidecars)
      case .xmp: NamedOutput(name: "--xmp" + sidecars)
      case .shards(let directory):
        NamedOutput(
          name: "--webdataset " + place(directory), file: WebDatasetOutput.firstShard(in: FilePath(directory)).string)
      case .target(let target):
        switch target.path {
        case nil: NamedOutput(name: "-o -")
        // A file with rows of different widths would be unreadable.
        case .some(let path) where target.format == .csv:
          NamedOutput(name: "-o csv of \(CSVFormat.columns.count) columns:" + place(path), file: path)
        case .some(let path): NamedOutput(name: "-o \(target.format.rawValue):" + place(path), file: path)
        }
      }
    }
  }

  /// Makes the outputs, which must have been checked: see `places`.
  ///
  /// - Parameters:
  ///   - places: where each output continues.
  ///   - roots: the directories below which images are found.
  ///   - journal: the journal's directory, where outputs may keep what they need.
  ///   - model: the captioner's name for a gallery.
  ///   - onNotice: called with what the user may have wanted otherwise.
  func make(
    _ places: [OutputPlace], roots: [FilePath], journal: String, model: String,
    onNotice: @escaping @Sendable (FilePath, String) -> Void
  ) throws -> [any BatchOutput] {
    let directory = options.outputDir.map { FilePath($0) }
    func sidecars(_ format: any SidecarFormat, _ fileExtension: String) throws -> SidecarOutput {
      let isXMP = format is XMPSidecar
      return try SidecarOutput(
        format: format, place: SidecarPlace(fileExtension: fileExtension, outputDirectory: directory, roots: roots),
        overwrites: options.overwrite, adoptsFullNames: isXMP, fullNames: options.fullNames,
        ownersPath: Path.join(journal, isXMP ? "xmp.index" : "txt.index"), onNotice: onNotice)
    }
    return try zip(outputs, places).map { (output, place) -> any BatchOutput in
      switch output {
      case .text: return try sidecars(TextSidecar(), options.extension)
      case .xmp: return try sidecars(XMPSidecar(), "xmp")
      case .shards(let shards):
        return try WebDatasetOutput(
          directory: FilePath(shards), position: place.position, begunPath: Self.begunPath(journal),
          replacesAll: place.restarts)
      case .target(let target):
        guard let path = target.path else {
          return StreamedOutput(format: try rowFormat(target), send: { try StandardOutput.write($0) })
        }
        try FileSystem.createDirectory(Path.parent(path))
        if target.format == .gallery {
          return try GalleryOutput(
            path: path, position: place.position, heading: GalleryHeading(model: model),
            itemsPath: Path.join(journal, "\(place.name).items"))
        }
        return try AppendedOutput(
          path: path, format: rowFormat(target), position: place.position, digest: place.digest,
          completion: place.completion)
      }
    }
  }

  static func begunPath(_ journal: String) -> String { Path.join(journal, "webdataset.shards") }
}
