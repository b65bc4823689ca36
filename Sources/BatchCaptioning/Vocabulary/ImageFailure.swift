/// Why an image has no caption: a line of the error ledger.
package struct ImageFailure: Error, Sendable, Equatable, Codable, CustomStringConvertible {
  /// The stage at which it happened.
  package enum Stage: String, Sendable, Codable, CaseIterable {
    case list, read, decode, encode, generate, write
  }

  /// The kind of failure, for programs: `not_found`, `truncated`, `changed`; see `ImageFailure.Code`.
  package let code: Code
  package let stage: Stage
  /// The message for people: what is wrong and what may help.
  package let message: String
  /// The number of the image's bytes that had been read.
  package let bytesRead: Int

  package init(_ code: Code, stage: Stage, message: String, bytesRead: Int = 0) {
    self.code = code
    self.stage = stage
    self.message = message
    self.bytesRead = bytesRead
  }

  package var description: String { message }

  /// Kinds of failures, stable over versions.
  package enum Code: String, Sendable, Codable, CaseIterable {
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
