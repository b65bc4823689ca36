package import SystemPackage

/// An image whose photo was replaced by another.
package struct ReplacedPaths: Sendable, Equatable {
  /// The path as listed when the image had its earlier caption.
  package var before: FilePath
  /// The path as listed when it had the new one.
  package var now: FilePath

  package init(before: FilePath, now: FilePath) {
    self.before = before
    self.now = now
  }
}
