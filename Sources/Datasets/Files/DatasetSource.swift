/// What a dataset's path leads to, looked at once for all formats.
struct DatasetSource {
  enum Kind {
    /// Shards that a pattern names.
    case pattern([String])
    /// A file, by its first bytes; those of text in UTF-8.
    case file(head: [UInt8])
    /// A directory, by the names in it.
    case directory([String])
  }

  /// Enough for the first lines of any annotation file.
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

  /// The first bytes, of a file.
  var head: [UInt8] {
    if case .file(let head) = kind { head } else { [] }
  }

  /// The directory that names of images are relative to.
  var directory: String {
    if case .directory = kind { path } else { DatasetPath.parent(path) }
  }

  /// The annotation files among which a format finds its own: the file itself, whatever its name, or those files of the
  /// directory that are called as `isCandidate` says and that `isMatch` recognises by their content.
  ///
  /// Several are one dataset where their names say which split each is; otherwise that called `preferred` is taken.
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
      // A file beside each image is no file of annotations.
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

/// A file of captions, with the split that its name tells apart from its neighbours'.
struct AnnotationFile {
  let path: String
  let split: Split?

  var name: String { DatasetPath.name(path) }
  var directory: String { DatasetPath.parent(path) }
}
