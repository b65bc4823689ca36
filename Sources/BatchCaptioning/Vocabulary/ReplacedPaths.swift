package import SystemPackage

/// An image whose photo was replaced by another.
package struct ReplacedPaths: Sendable, Equatable {
  /// As it was listed when it had the caption before.
  package var before: FilePath
  /// As it was listed when it had the new one.
  package var now: FilePath

  package init(before: FilePath, now: FilePath) {
    self.before = before
    self.now = now
  }
}
