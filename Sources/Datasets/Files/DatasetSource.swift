/// What is at a dataset's path, read once for all formats.
struct DatasetSource {
  enum Kind {
    /// Shards that a pattern names.
    case pattern([String])
    /// A file with its first bytes; text is converted to UTF-8.
    case file(head: [UInt8])
    /// A directory with the names in it.
    case directory([String])
  }

  /// The number of bytes read from a file's beginning: enough for the first lines of any annotation file.
  private static let headByteCount = 256 << 10

  private static let maximumCandidateCount = 64

  let path: String
  let imageDirectory: String?
  let columns: CaptionColumns
  let kind: Kind

  init(
    path: String, imageDirectory: String?, columns: CaptionColumns = CaptionColumns()
  ) throws(DatasetError) {
    self.path = path
    self.imageDirectory = imageDirectory
    self.columns = columns
    if let imageDirectory, DatasetPath.kind(imageDirectory) != .directory {
      throw .cannotRead(path: imageDirectory, reason: "there is no such directory of images")
    }
    switch DatasetPath.kind(path) {
    case .directory: kind = .directory(try DatasetPath.entries(of: path))
    case nil where path.contains("{"): kind = .pattern(try ShardPattern.paths(path))
    default:
      let head = try DatasetFile(path: path).bytes(at: 0, count: Self.headByteCount)
      kind = .file(head: WideText(head: head[...]) == nil ? head : Array(utf8Text(head)))
    }
  }

  /// The first bytes of a file.
  var head: [UInt8] {
    if case .file(let head) = kind { head } else { [] }
  }

  /// The directory that names of images are relative to.
  var directory: String {
    if case .directory = kind { path } else { DatasetPath.parent(path) }
  }

  /// The annotation files in a format: the file itself, whatever its name, or those files of the directory that have a
  /// name that `isCandidate` accepts and content that `isMatch` recognises.
  ///
  /// Several are one dataset where their names say which split each is; otherwise the one called `preferred` is taken.
  func annotationFiles(
    preferred: String? = nil, in subdirectory: String? = nil, named isCandidate: (String) -> Bool,
    where isMatch: (DatasetSource) throws(DatasetError) -> Bool
  ) throws(DatasetError) -> [AnnotationFile] {
    switch kind {
    case .pattern: return []
    case .file: return try isMatch(self) ? [AnnotationFile(path: path, split: nil)] : []
    case .directory(var names):
      var directory = path
      if let subdirectory {
        directory = DatasetPath.join(path, subdirectory)
        guard names.contains(subdirectory), DatasetPath.kind(directory) == .directory else { return [] }
        names = try DatasetPath.entries(of: directory)
      }
      var matching: [String] = []
      let candidates = names.filter(isCandidate)
      // Files beside each image are no annotation files.
      guard candidates.count <= Self.maximumCandidateCount else { return [] }
      for name in candidates {
        let file = DatasetPath.join(directory, name)
        guard DatasetPath.kind(file) == .file else { continue }
        if try isMatch(DatasetSource(path: file, imageDirectory: imageDirectory, columns: columns)) {
          matching.append(name)
        }
      }
      if let name = matching.first(where: { $0 == preferred }) { matching = [name] }
      if matching.count <= 1 {
        return matching.map { AnnotationFile(path: DatasetPath.join(directory, $0), split: nil) }
      }
      let files = matching.map {
        AnnotationFile(
          path: DatasetPath.join(directory, $0), split: Split(mentionedIn: DatasetPath.withoutExtension($0)))
      }
      guard Set(files.map(\.split)).count == files.count, files.allSatisfy({ $0.split != nil }) else {
        throw .ambiguous(path: directory, candidates: matching)
      }
      return files
    }
  }
}

/// A file of captions, with the split that its name gives in contrast to its neighbours'.
struct AnnotationFile {
  let path: String
  let split: Split?

  var name: String { DatasetPath.name(path) }
  var directory: String { DatasetPath.parent(path) }
}
