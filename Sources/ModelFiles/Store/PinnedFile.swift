/// A file whose content is known beforehand.
public struct PinnedFile: Sendable, Hashable {
  public let name: String
  public let sha256: FileHash
  public let byteCount: Int

  public init(name: String, sha256: FileHash, byteCount: Int) {
    self.name = name
    self.sha256 = sha256
    self.byteCount = byteCount
  }
}
