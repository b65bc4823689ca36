package import ImageEncoding
package import Tensors

/// An image as each encoder of a captioner takes it.
package struct ImagePixels: Sendable {
  /// `[3, height, width]` for each encoder, in order.
  package let tensors: [Tensor]

  package init(_ tensors: [Tensor]) {
    self.tensors = tensors
  }

  /// With left and right exchanged.
  package var mirrored: ImagePixels { ImagePixels(tensors.map(\.mirrored)) }
}

/// How an image that was decoded once comes to the input of each encoder.
package struct ImagePreprocessing: Sendable {
  /// At least one.
  let preprocessors: [ImagePreprocessor]

  init(_ preprocessors: [ImagePreprocessor]) {
    self.preprocessors = preprocessors
  }

  /// The `target` for `ImageDecoder`: as large as the encoder needs it that needs most.
  package func scaledSize(of original: ImageSize) -> ImageSize {
    let sizes = preprocessors.map { $0.scaledSize(of: original) }
    return ImageSize(width: sizes.map(\.width).max() ?? 1, height: sizes.map(\.height).max() ?? 1)
  }

  /// - Parameter name: what errors call the image.
  /// - Throws: `ImageDecodingError` where memory is lacking.
  package func pixels(of decoded: DecodedImage, named name: String) throws(ImageDecodingError) -> ImagePixels {
    var tensors: [Tensor] = []
    for preprocessor in preprocessors {
      // Encoders of one family often want the same.
      if let same = preprocessors[..<tensors.count].firstIndex(of: preprocessor) {
        tensors.append(tensors[same])
      } else {
        tensors.append(try preprocessor.pixels(of: decoded, named: name))
      }
    }
    return ImagePixels(tensors)
  }
}
