/// A file whose content is known beforehand.
package struct PinnedFile: Sendable, Hashable {
  package let name: String
  package let sha256: FileHash
  package let byteCount: Int

  package init(name: String, sha256: FileHash, byteCount: Int) {
    self.name = name
    self.sha256 = sha256
    self.byteCount = byteCount
  }
}
