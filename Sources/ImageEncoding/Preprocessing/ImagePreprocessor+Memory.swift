package import Tensors

extension ImagePreprocessor {
  /// The most bytes that preparing an image of this size takes besides the image.
  func workingBytes(of original: ImageSize) -> Int {
    let scaled = scaledSize(of: original)
    // Coefficients and lines are in proportion to sides; the rows that the vertical pass reads, to how much is shrunk.
    let sides = 64 * (original.width + original.height) + 16 * (size.width + size.height)
    let window = (12 * (original.height / max(scaled.height, 1) + 1) + 16) * 3 * max(size.width, scaled.width)
    // Bytes, bytes padded, and floats.
    return sides + window + (3 + 3 + 12) * max(size.width * size.height, 1) + 3 * min(scaled.width, size.width)
      * size.height
  }

  /// The encoder's input, `[3, height, width]`.
  ///
  /// - Parameter name: what errors call the image.
  /// - Throws: `ImageDecodingError` where memory is lacking.
  package func pixels(of decoded: DecodedImage, named name: String) throws(ImageDecodingError) -> Tensor {
    guard Memory.allows(workingBytes(of: decoded.image.size)) else {
      let size = decoded.originalSize
      throw ImageDecodingError(
        file: name, format: decoded.format, cause: .outOfMemory(width: size.width, height: size.height))
    }
    return self(decoded.image)
  }
}
