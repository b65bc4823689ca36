import ImageEncoding
import SystemPackage
import Tensors

extension ImageFailure {
  /// The failure for what the system refused while an image was read.
  init(_ error: Errno, stage: Stage, bytesRead: Int = 0) {
    switch error {
    case .noSuchFileOrDirectory, .notDirectory:
      self.init(.notFound, stage: stage, message: "no such file; check the path", bytesRead: bytesRead)
    case .permissionDenied, .notPermitted:
      self.init(
        .permissionDenied, stage: stage, message: "permission denied; change its permissions", bytesRead: bytesRead)
    default:
      self.init(
        .unreadable, stage: stage, message: "cannot be read (\(error)); check the path and the disk",
        bytesRead: bytesRead)
    }
  }

  /// The failure for what reading finds out, in the words of `ImageDecodingError`.
  init(_ code: Code, problemOf cause: ImageDecodingError.Cause, bytesRead: Int = 0) {
    let error = ImageDecodingError(file: "", cause: cause)
    self.init(code, stage: .read, message: "\(error.problem); \(error.remedy)", bytesRead: bytesRead)
  }

  /// The failure for an error while an image's caption was computed.
  init(_ error: any Error, _ code: Code, stage: Stage) {
    self.init(error is OutOfMemory ? .outOfMemory : code, stage: stage, message: "\(error)")
  }

  /// The failure for an image that could not be decoded.
  init(_ error: ImageDecodingError, bytesRead: Int) {
    let code: Code =
      switch error.cause {
      case .notFound: .notFound
      case .directory: .directory
      case .empty: .empty
      case .unreadable, .tooManyOpenFiles: .unreadable
      case .url: .url
      case .fileTooLarge: .fileTooLarge
      case .notAnImage: .notAnImage
      case .refusedFormat: .unsupportedFormat
      case .unsupported: .unsupportedVariant
      case .truncated, .endMissing: .truncated
      case .corrupt: .corrupt
      case .tooManyPixels: .tooManyPixels
      case .tooManyScans: .tooManyScans
      case .outOfMemory, .noMemoryToRead: .outOfMemory
      }
    self.init(code, stage: .decode, message: "\(error.problem); \(error.remedy)", bytesRead: bytesRead)
  }
}
