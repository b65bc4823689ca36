/// Why captions could not be scored.
package enum CaptionMetricsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is nothing to score.
  case noCaptions
  /// An image without a single reference caption.
  case noReferences(id: String)
  /// An image that is listed twice.
  case duplicateImage(id: String)
  /// `count` images have references but no candidate; `id` is the first of them.
  case missingCandidates(id: String, count: Int)
  /// A candidate for an image that has no references.
  case unknownImage(id: String)
  /// Candidates by position that are not as many as the images.
  case candidateCount(found: Int, expected: Int)

  package var description: String {
    switch self {
    case .noCaptions:
      "no captions to score: give at least one image with references"
    case .noReferences(let id):
      "image \(id) has no reference captions: give at least one, or leave the image out"
    case .duplicateImage(let id):
      "image \(id) is listed more than once: list it once, with all its references"
    case .missingCandidates(let id, let count):
      "\(count) image\(count == 1 ? "" : "s") with references, such as \(id), "
        + "\(count == 1 ? "has" : "have") no candidate caption: caption every image, or score only those that have one"
    case .unknownImage(let id):
      "image \(id) has a candidate caption but no references: add its references, or leave it out"
    case .candidateCount(let found, let expected):
      "\(found) candidate captions for \(expected) images: give one for each image, in the order of the references"
    }
  }
}
