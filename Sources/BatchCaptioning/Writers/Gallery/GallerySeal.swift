import ModelFiles

/// The last line of a gallery's page: a comment with the SHA-256 of all lines before it, which distinguishes a page
/// that a person changed from one that a run wrote.
package enum GallerySeal {
  private static let start = Array("<!-- sha256 ".utf8)
  private static let end = Array(" -->\n".utf8)
  private static let byteCount = start.count + 64 + end.count

  static func line(_ digest: RunningDigest) -> [UInt8] { start + Array((digest.current?.hexadecimal ?? "").utf8) + end }

  /// Checks that the page is as a run wrote it.
  ///
  /// - Returns: `false` where there is no page.
  /// - Throws: `BatchError.changedOutput` where it was changed; `FileSystemError`.
  package static func check(_ path: String) throws -> Bool {
    guard let byteCount = try AppendedFile.byteCount(path) else { return false }
    let file = try InputFile(path: path)
    let count = byteCount - Self.byteCount
    guard count >= 0, try file.bytes(at: count, upTo: Self.byteCount) == line(RunningDigest(file, count: count)) else {
      throw BatchError.changedOutput(path: path, problem: "was changed after a run of caption wrote it")
    }
    return true
  }
}
