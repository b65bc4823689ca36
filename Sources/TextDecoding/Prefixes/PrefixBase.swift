package import ModelFiles

/// The decoder that a prefix was made for. Keys and values mean nothing to any other, not even to one of the same shape.
package struct PrefixBase: Sendable, Equatable {
  /// The SHA-256 of the decoder's weights file.
  package let sha256: FileHash
  /// The decoder's name, for people.
  package let name: String

  package init(sha256: FileHash, name: String) {
    self.sha256 = sha256
    self.name = name
  }
}
