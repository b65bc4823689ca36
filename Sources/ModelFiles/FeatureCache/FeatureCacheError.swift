/// Why features could not be kept or read.
package enum FeatureCacheError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Writing failed, on a full disk for example; whatever was kept before stays.
  case cannotWrite(FileSystemError)
  case cannotRead(path: String, reason: String)
  case noHeader(directory: String)
  case notAHeader(path: String)
  case unknownVersion(path: String, found: Int, known: Int)
  /// The directory holds features of another encoder, selection, preprocessing or shape.
  case otherKey(path: String, difference: String)
  /// Bytes on the disk are not those that were written.
  case damaged(path: String, image: FileHash)
  case wrongShape(directory: String, found: [Int], expected: [Int])
  /// A number that the cache's precision cannot hold.
  case notRepresentable(image: FileHash, value: Float, precision: FeatureCacheKey.Precision)

  package var description: String {
    switch self {
    case .cannotWrite(let error): "\(error); the features cached before are kept, and the next run continues there"
    case .cannotRead(let path, let reason): "\(path): cached features cannot be read: \(reason)"
    case .noHeader(let directory):
      "\(directory): has cached features, but not the header that says which: remove it, and they are computed anew"
    case .notAHeader(let path):
      "\(path): not the header of cached features: remove its directory, and the features are computed anew"
    case .unknownVersion(let path, let found, let known):
      "\(path): cached features of version \(found), only \(known) is known: use a newer caption, or remove the directory"
    case .otherKey(let path, let difference):
      "\(path): holds features of another \(difference): choose another directory, or remove this one"
    case .damaged(let path, let image):
      "\(path): the features of the image with SHA-256 \(image) are damaged: remove its directory, and the features are "
        + "computed anew"
    case .wrongShape(let directory, let found, let expected):
      "\(directory): features of shape \(found), expected \(expected): they come from another encoder or selection"
    case .notRepresentable(let image, let value, let precision):
      "a feature of the image with SHA-256 \(image) is \(value), which \(precision.rawValue) cannot hold: "
        + (value.isFinite ? "cache in f32" : "check the encoder's weights")
    }
  }
}
