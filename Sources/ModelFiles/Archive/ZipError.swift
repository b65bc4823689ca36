/// Why an archive, or a file in it, cannot be used.
package enum ZipError: Error, Equatable, CustomStringConvertible {
  /// No end-of-central-directory record: not a zip file, or one cut short.
  case notAnArchive(file: String)
  /// Against the format's rules.
  case malformed(file: String, reason: String)
  /// Within the format's rules, but nothing that this reader needs: encryption, several disks, rare compressions.
  case unsupported(file: String, reason: String)
  /// A name that would lead out of the directory one extracts to, or mean different files to different readers.
  case unsafeName(file: String, name: String)
  case limitExceeded(file: String, what: String, limit: Int)
  case missingEntry(file: String, entry: String)
  /// The content does not match what the archive says about it.
  case damagedEntry(file: String, entry: String, reason: String)

  package var description: String {
    switch self {
    case .notAnArchive(let file): "\(file): not a zip archive, or cut short (download it again)"
    case .malformed(let file, let reason): "\(file): malformed zip archive: \(reason) (download it again)"
    case .unsupported(let file, let reason): "\(file): cannot read this kind of zip archive: \(reason)"
    case .unsafeName(let file, let name):
      "\(file): refused, because it holds an unsafe file name: \(name.debugDescription)"
    case .limitExceeded(let file, let what, let limit): "\(file): refused: \(what) exceed the limit of \(limit)"
    case .missingEntry(let file, let entry): "\(file): the archive holds no file \(entry)"
    case .damagedEntry(let file, let entry, let reason):
      "\(file): \(entry) is damaged: \(reason) (download the archive again)"
    }
  }
}
