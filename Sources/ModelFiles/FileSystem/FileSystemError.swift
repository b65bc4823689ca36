#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the operating system refused.
package enum FileSystemError: Error, Equatable, CustomStringConvertible {
  case notFound(path: String)
  case permissionDenied(operation: String, path: String)
  case diskFull(path: String)
  /// The limit of open files is reached, this process's or the system's.
  case tooManyOpenFiles(path: String)
  case failed(operation: String, path: String, reason: String)

  /// - Parameters:
  ///   - code: an `errno` value.
  ///   - operation: a verb that fits "cannot … <path>".
  package init(code: Int32, operation: String, path: String) {
    switch code {
    case ENOENT: self = .notFound(path: path)
    case EACCES, EPERM, EROFS: self = .permissionDenied(operation: operation, path: path)
    case ENOSPC, EDQUOT: self = .diskFull(path: path)
    case EMFILE, ENFILE: self = .tooManyOpenFiles(path: path)
    default: self = .failed(operation: operation, path: path, reason: systemErrorMessage(code))
    }
  }

  /// What went wrong, without the path.
  package var reason: String {
    switch self {
    case .notFound: "no such file or directory"
    case .permissionDenied: "permission denied"
    case .diskFull: "the disk is full or the quota used up"
    case .tooManyOpenFiles: "too many open files"
    case .failed(_, _, let reason): reason
    }
  }

  /// The same error, of the file that the user knows instead of a temporary one.
  func naming(_ path: String, insteadOf temporary: String) -> FileSystemError {
    switch self {
    case .notFound(temporary): .notFound(path: path)
    case .permissionDenied(let operation, temporary): .permissionDenied(operation: operation, path: path)
    case .diskFull(temporary): .diskFull(path: path)
    case .tooManyOpenFiles(temporary): .tooManyOpenFiles(path: path)
    case .failed(let operation, temporary, let reason): .failed(operation: operation, path: path, reason: reason)
    case .notFound, .permissionDenied, .diskFull, .tooManyOpenFiles, .failed: self
    }
  }

  package var description: String {
    switch self {
    case .notFound(let path): "\(path): \(reason)"
    case .permissionDenied(let operation, let path):
      "cannot \(operation) \(path): permission denied (change its permissions, or choose another place)"
    case .diskFull(let path): "cannot write \(path): the disk is full or the quota used up (free some space)"
    case .tooManyOpenFiles(let path):
      "cannot open \(path): too many open files (raise the limit: ulimit -n)"
    case .failed(let operation, let path, let reason): "cannot \(operation) \(path): \(reason)"
    }
  }
}
