/// What a dataset's path leads to, looked at once for all formats.
struct DatasetSource {
  enum Kind {
    /// Shards that a pattern names.
    case pattern([String])
    /// A file, by its first bytes.
    case file(head: [UInt8])
    /// A directory, by the names in it.
    case directory([String])
  }

  /// Enough for the first lines of any annotation file.
  private static let headByteCount = 256 << 10

  private static let maximumCandidateCount = 64

  let path: String
  let imageDirectory: String?
  let kind: Kind

  init(path: String, imageDirectory: String?) throws(DatasetError) {
    self.path = path
    self.imageDirectory = imageDirectory
    if let imageDirectory, DatasetPath.kind(imageDirectory) != .directory {
      throw .cannotRead(path: imageDirectory, reason: "there is no such directory of images")
    }
    switch DatasetPath.kind(path) {
    case .directory: kind = .directory(try DatasetPath.entries(of: path))
    case nil where path.contains("{"): kind = .pattern(try ShardPattern.paths(path))
    default: kind = .file(head: try DatasetFile(path: path).bytes(at: 0, count: Self.headByteCount))
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

  /// What was found, in words.
  var summary: String {
    switch kind {
    case .pattern(let paths): return "\(paths.count) shards"
    case .file(let head):
      if head.isEmpty { return "an empty file" }
      if head.starts(with: [0x1F, 0x8B]) { return "a gzip-compressed file (decompress it first)" }
      if head.starts(with: Array("PK\u{3}\u{4}".utf8)) { return "a zip archive (unpack it first)" }
      if head.contains(0) { return "a file that is no text" }
      let firstLine = head.prefix(while: { $0 != 0x0A && $0 != 0x0D }).prefix(80)
      return "a text file that begins with '\(String(decoding: firstLine, as: UTF8.self))'"
    case .directory(let names):
      if names.isEmpty { return "an empty directory" }
      var counts: [String: Int] = [:]
      for name in names { counts[DatasetPath.fileExtension(name), default: 0] += 1 }
      let kinds = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(6).map { fileExtension, count in
        "\(count) \(fileExtension.isEmpty ? "without extension" : ".\(fileExtension)")"
      }
      return "a directory of \(kinds.joined(separator: ", "))"
    }
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
        if try isMatch(DatasetSource(path: file, imageDirectory: imageDirectory)) { matching.append(name) }
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
