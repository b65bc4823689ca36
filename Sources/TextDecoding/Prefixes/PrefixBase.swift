package import ModelFiles

/// The decoder that a prefix was made for. Keys and values mean nothing to any other, not even to one of the same shape.
package struct PrefixBase: Sendable, Equatable {
  /// Of the file of the decoder's weights.
  package let sha256: FileHash
  /// For people.
  package let name: String

  package init(sha256: FileHash, name: String) {
    self.sha256 = sha256
    self.name = name
  }
}
