package import SystemPackage

/// Finds the sidecars of images, directory by directory.
package struct SidecarPaths: Sendable {
  private let place: SidecarPlace
  private let adoptsFullNames: Bool
  private let fullNames: Bool
  private var siblings = Siblings()

  package init(place: SidecarPlace, adoptsFullNames: Bool, fullNames: Bool) {
    self.place = place
    self.adoptsFullNames = adoptsFullNames
    self.fullNames = fullNames
  }

  /// - Throws: `ImageFailure` where an image cannot have a sidecar.
  package mutating func path(of image: ListedImage) throws(ImageFailure) -> FilePath {
    let full = try place(image, namesakes: true)
    if fullNames || siblings.hasNamesake(image) || (adoptsFullNames && AtomicFile.exists(full)) { return full }
    return try place(image, namesakes: false)
  }

  /// Whether the sidecar has another name than if the image were alone.
  mutating func hasNamesake(_ image: ListedImage) -> Bool { !fullNames && siblings.hasNamesake(image) }

  /// Whether the image has no sidecar, or an empty one.
  mutating func isGone(_ image: ListedImage) -> Bool {
    guard let path = try? path(of: image) else { return false }
    guard let stamp = FileStamp(path) else { return true }
    return stamp.byteCount == 0
  }
}
