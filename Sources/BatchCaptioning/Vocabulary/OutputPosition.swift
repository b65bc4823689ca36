package import ModelFiles

/// How far an output has been written.
package struct OutputPosition: Sendable, Equatable, Codable {
  /// The number of the file that is being written, where an output has several in turn; 0 where there is one.
  package var part: Int
  /// The file's length in bytes, without what is rewritten after the last row.
  package var byteCount: Int
  /// The number of images that it holds.
  package var rows: Int
  /// The SHA-256 of the file's first `byteCount` bytes; `nil` where unknown.
  package var digest: FileHash?

  package init(part: Int = 0, byteCount: Int = 0, rows: Int = 0, digest: FileHash? = nil) {
    self.part = part
    self.byteCount = byteCount
    self.rows = rows
    self.digest = digest
  }

  /// The position of an output in which nothing was written.
  package static let start = OutputPosition()
}
