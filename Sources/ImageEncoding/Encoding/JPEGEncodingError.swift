/// Why an image could not be encoded as a JPEG.
package enum JPEGEncodingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// JPEG has no room for sides longer than `RGBImage.longestJPEGSide`.
  case tooLarge(ImageSize)
  case outOfMemory(ImageSize)
  /// The codec's message.
  case failed(String)

  package var description: String {
    switch self {
    case .tooLarge(let size):
      "an image of \(size) pixels cannot be a JPEG, whose sides have at most \(RGBImage.longestJPEGSide): shrink it first"
    case .outOfMemory(let size):
      "memory is lacking to make an image of \(size) pixels a JPEG: shrink it first"
    case .failed(let reason): "the JPEG encoder failed (\(reason)): the image itself may be sound; please report this"
    }
  }
}
