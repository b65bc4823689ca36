import ModelFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One repository in the cache that huggingface_hub keeps, so that what one of the two fetched is there for the other:
///
/// ```
/// models--org--name/blobs/<etag>                        contents, by SHA-256 (large files) or git's SHA-1
/// models--org--name/blobs/<etag>.incomplete             the part that was fetched
/// models--org--name/refs/<revision>                     the commit that a branch or tag was last seen at
/// models--org--name/snapshots/<commit>/<file>           a link to ../../blobs/<etag>
/// .locks/models--org--name/<etag>.lock                  held while a content is fetched
/// ```
///
/// https://huggingface.co/docs/huggingface_hub/guides/manage-cache
struct HubCache: Sendable {
  let root: String
  private let folder: String

  init(root: String, repository: String) {
    self.root = root
    folder = "models--" + repository.split(separator: "/").joined(separator: "--")
  }

  var directory: String { Path.join(root, folder) }

  func blob(_ etag: String) -> String { Path.join(directory, "blobs/\(etag)") }
  func incompleteBlob(_ etag: String) -> String { blob(etag) + ".incomplete" }
  func snapshot(_ commit: String) -> String { Path.join(directory, "snapshots/\(commit)") }
  func lock(_ etag: String) -> String { Path.join(root, ".locks/\(folder)/\(etag).lock") }
  private func reference(_ revision: String) -> String { Path.join(directory, "refs/\(revision)") }

  /// The commit that a revision was last seen at; a commit is its own.
  func commit(of revision: String) -> String? {
    if CommitHash.isValid(revision) { return revision }
    guard let bytes = try? FileSystem.read(reference(revision), limit: 256) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init)
    return text.flatMap { CommitHash.isValid($0) ? $0 : nil }
  }

  /// - Throws: `FileSystemError`.
  func remember(_ revision: String, is commit: String) throws {
    // Where it is known already, a cache that cannot be written is no error.
    if self.commit(of: revision) == commit { return }
    let path = reference(revision)
    try FileSystem.createDirectory(Path.parent(path))
    try FileSystem.writeAtomically(Array(commit.utf8), to: path)
  }

  /// Whether a file of a commit is there; a link to a content that is not there does not count.
  func has(_ file: String, at commit: String) -> Bool {
    FileSystem.isRegularFile(Path.join(snapshot(commit), file))
  }

  /// Makes `snapshots/<commit>/<file>` a link to a content, in one step.
  ///
  /// - Throws: `FileSystemError`.
  func link(_ file: String, at commit: String, to etag: String) throws {
    let path = Path.join(snapshot(commit), file)
    try FileSystem.createDirectory(Path.parent(path))
    let depth = file.split(separator: "/").count
    let target = String(repeating: "../", count: depth + 1) + "blobs/\(etag)"
    let temporary = "\(path).\(getpid())-\(UInt64.random(in: 0 ... .max)).tmp"
    guard symlink(target, temporary) == 0 else {
      throw FileSystemError(code: errno, operation: "create", path: path)
    }
    do {
      try FileSystem.rename(temporary, to: path)
    } catch {
      try? FileSystem.remove(temporary)
      throw error
    }
  }

  /// The paths of all files of a commit that are there, folders included in their names.
  func files(at commit: String) -> [String] {
    func files(below folder: String) -> [String] {
      let place = folder.isEmpty ? snapshot(commit) : Path.join(snapshot(commit), folder)
      return ((try? FileSystem.names(in: place)) ?? []).flatMap { name in
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        if FileSystem.isDirectory(Path.join(place, name)) { return files(below: path) }
        return has(path, at: commit) ? [path] : []
      }
    }
    return files(below: "")
  }
}

/// The SHA-1 of a git commit.
enum CommitHash {
  static func isValid(_ text: String) -> Bool { text.utf8.count == 40 && text.utf8.allSatisfy(isHexadecimal) }

  static func isHexadecimal(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
