package import ModelFiles

/// Why the reports of a run could not be read or written.
package enum ReportError: Error, Equatable, CustomStringConvertible {
  case file(FileSystemError)
  /// A line of a log, counted from 1, is not a valid record.
  case invalidLine(path: String, line: Int, reason: String)
  case unwritable(path: String, reason: String)

  package var description: String {
    switch self {
    case .file(let error): error.description
    case .invalidLine(let path, let line, let reason):
      "\(path): line \(line) cannot be understood: \(reason) (remove the line, or move the file away)"
    case .unwritable(let path, let reason): "\(path): a record cannot be written: \(reason)"
    }
  }
}
