/// Why a list of images cannot be begun or continued.
package enum ImageListingError: Error, Equatable, Sendable, CustomStringConvertible {
  case invalidPattern(pattern: String, problem: String)
  case invalidShard(String)
  case unreadableList(path: String, reason: String)
  /// The list is in UTF-32.
  case wideList(path: String)
  case lineTooLong(path: String, line: Int, limit: Int)

  package var description: String {
    switch self {
    case .invalidPattern(let pattern, let problem):
      "the pattern '\(pattern)' is not valid: \(problem); a backslash before a character takes it as it is"
    case .invalidShard(let text):
      "'\(text)' is no shard: write its number and how many there are, such as 3/16; numbers begin with 1"
    case .unreadableList(let path, let reason):
      "\(path): the list of images cannot be read: \(reason); check the path and its permissions"
    case .wideList(let path):
      "\(path): the list of images is in UTF-32; write it as UTF-8, for example with iconv -f UTF-32 -t UTF-8"
    case .lineTooLong(let path, let line, let limit):
      "\(path):\(line): longer than \(limit) bytes, which no path is; give a text file with a path on each line, or paths "
        + "with a NUL behind each"
    }
  }
}
