/// Why a file of captions cannot be scored against another.
enum EvaluationError: Error, Equatable, Sendable {
  /// The file is not JSON of a known kind; `expected` says which kinds are.
  case malformed(path: String, reason: String, expected: String)
  /// One element of the file is malformed; `place` names the file and the line or the index.
  case malformedElement(place: String, reason: String)
  case duplicate(place: String, image: String)
  case nothing(path: String)
  case unknownSplit(name: String)
  /// The file has no splits, or no image in this one.
  case noImagesInSplit(path: String, split: String)
  /// There are predictions of images that have no references; `image` is the first of them.
  case noReferences(image: String, count: Int, path: String, splitHint: Bool)
  /// There are images with references but no prediction; `image` is the first of them.
  case noPredictions(image: String, count: Int, path: String)
}

extension EvaluationError: CustomStringConvertible {
  var description: String {
    switch self {
    case .malformed(let path, let reason, let expected):
      "\(path): \(reason); expected \(expected)"
    case .malformedElement(let place, let reason):
      "\(place): \(reason); correct or remove it"
    case .duplicate(let place, let image):
      "\(place): image \(image) comes a second time; keep one of the two"
    case .nothing(let path):
      "\(path): holds no captions; check that it is the right file and complete"
    case .unknownSplit(let name):
      "--split \(name) is unknown; give train, val or test"
    case .noImagesInSplit(let path, let split):
      "\(path): no image is in split \(split); give another --split, or none to use every image"
    case .noReferences(let image, let count, let path, let splitHint):
      "\(path): has no references for \(Self.images(count, such: image)); "
        + "remove \(count == 1 ? "that prediction" : "those predictions"), or give the references that belong to them"
        + (splitHint ? "; is --split right?" : "")
    case .noPredictions(let image, let count, let path):
      "\(path): has no prediction for \(Self.images(count, such: image)); "
        + "caption \(count == 1 ? "it" : "them") too, or score only the images that have one with --partial"
    }
  }

  private static func images(_ count: Int, such image: String) -> String {
    count == 1 ? "image \(image)" : "\(count) images, such as \(image)"
  }
}
