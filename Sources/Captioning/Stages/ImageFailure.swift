/// Why an image has no caption: a line of the error ledger.
public struct ImageFailure: Error, Sendable, Equatable, Codable, CustomStringConvertible {
  /// Where on the way it happened.
  public enum Stage: String, Sendable, Codable, CaseIterable {
    case list, read, decode, encode, generate, write
  }

  /// For programs: `not_found`, `truncated`, `changed`; see `ImageFailure.Code`.
  public let code: Code
  public let stage: Stage
  /// For people: what is wrong and what may help.
  public let message: String
  /// How much of the image had been read.
  public let bytesRead: Int

  public init(_ code: Code, stage: Stage, message: String, bytesRead: Int = 0) {
    self.code = code
    self.stage = stage
    self.message = message
    self.bytesRead = bytesRead
  }

  public var description: String { message }

  /// Kinds of failures, stable over versions.
  public enum Code: String, Sendable, Codable, CaseIterable {
    // Listing and reading.
    case notFound = "not_found"
    case permissionDenied = "permission_denied"
    case directory
    case notAFile = "not_a_file"
    case empty
    case unreadable
    case changed
    case fileTooLarge = "file_too_large"
    case url
    /// A tar shard, or a sample in one.
    case damagedShard = "damaged_shard"
    // Decoding.
    case notAnImage = "not_an_image"
    case unsupportedFormat = "unsupported_format"
    case unsupportedVariant = "unsupported_variant"
    case truncated
    case corrupt
    case tooManyPixels = "too_many_pixels"
    case tooManyScans = "too_many_scans"
    case outOfMemory = "out_of_memory"
    // Models.
    case generation
    // Writing.
    case sidecar
    case other
  }
}
