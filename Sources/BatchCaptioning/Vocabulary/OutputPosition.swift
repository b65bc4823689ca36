package import ModelFiles

/// How far an output has come.
package struct OutputPosition: Sendable, Equatable, Codable {
  /// The file that is being written, of those that follow each other; 0 where there is one.
  package var part: Int
  /// Its length in bytes, without what is written anew behind the last row.
  package var byteCount: Int
  /// How many images it holds.
  package var rows: Int
  /// SHA-256 of so many bytes of the file; `nil` where it is not known.
  package var digest: FileHash?

  package init(part: Int = 0, byteCount: Int = 0, rows: Int = 0, digest: FileHash? = nil) {
    self.part = part
    self.byteCount = byteCount
    self.rows = rows
    self.digest = digest
  }

  /// Nothing was written.
  package static let start = OutputPosition()
}
