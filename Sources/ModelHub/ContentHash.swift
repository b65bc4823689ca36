import Digests
import ModelFiles

/// The hash by which the hub names a content: its SHA-256 where the file is large (Git LFS), else the SHA-1 that git
/// gives it.
enum ContentHash: Equatable, Sendable {
  case sha256(String)
  case gitBlob(String)

  /// - Parameter etag: the ETag of a response, quoted or not, weak or not; the result is `nil` where it is no hash.
  init?(etag: String) {
    var text = etag[...]
    if text.hasPrefix("W/") { text = text.dropFirst(2) }
    if text.hasPrefix("\""), text.hasSuffix("\""), text.count >= 2 { text = text.dropFirst().dropLast() }
    guard text.utf8.allSatisfy(CommitHash.isHexadecimal) else { return nil }
    switch text.utf8.count {
    case 64: self = .sha256(String(text))
    case 40: self = .gitBlob(String(text))
    default: return nil
    }
  }

  /// Also the name of the content in the cache.
  var hexadecimal: String {
    switch self {
    case .sha256(let text), .gitBlob(let text): text
    }
  }

  /// The same kind of hash of a file.
  ///
  /// - Throws: `FileSystemError`; `CancellationError` when the task is cancelled meanwhile.
  func ofFile(_ path: String) throws -> String {
    switch self {
    case .sha256: return try FileHash(ofFile: path).hexadecimal
    case .gitBlob:
      let file = try InputFile(path: path)
      var hasher = MessageDigest(.sha1)
      hasher.update(Array("blob \(file.byteCount)\0".utf8))
      var offset = 0
      while true {
        try Task.checkCancellation()
        let bytes = try file.bytes(at: offset, upTo: 1 << 20)
        if bytes.isEmpty { break }
        hasher.update(bytes)
        offset += bytes.count
      }
      return Hexadecimal.text(hasher.finalize())
    }
  }
}
