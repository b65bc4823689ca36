import SystemPackage

/// Searches a list for images that COCO results could not tell apart: `a/1.jpg` and `b/1.jpg`.
package enum COCOIdentifiers {
  /// Checks the list. It takes a few bytes an image.
  ///
  /// - Parameters:
  ///   - listing: the list; its lists that can be read only once are not read.
  ///   - output: the path of the results.
  /// - Throws: `BatchError.sameIdentifier`, `ImageListingError`, `CancellationError`.
  package static func check(_ listing: ImageListing, output: String) throws {
    let listing = listing.readable
    var seen: Set<UInt64> = []
    var lister = try ImageLister(listing)
    while let image = try lister.next() {
      guard isNamed(image) else { continue }
      let identifier = COCOResultsFormat.identifier(image.path)
      if seen.insert(number(identifier)).inserted { continue }
      guard let other = try first(listing, identifier), other != image.path.lexicallyNormalized() else { continue }
      throw BatchError.sameIdentifier(
        identifier: identifier, path: other.text, other: image.path.text, output: output)
    }
  }

  /// The first image of the list that has this identifier.
  private static func first(_ listing: ImageListing, _ identifier: String) throws -> FilePath? {
    var lister = try ImageLister(listing)
    while let image = try lister.next() {
      if isNamed(image), COCOResultsFormat.identifier(image.path) == identifier {
        return image.path.lexicallyNormalized()
      }
    }
    return nil
  }

  /// Whether the name is an image's: files with other names are mostly no images.
  private static func isNamed(_ image: ListedImage) -> Bool {
    if case .problem = image.content { false } else { image.path.hasImageExtension }
  }

  private static func number(_ identifier: String) -> UInt64 { FilePath(identifier).hashNumber }
}
