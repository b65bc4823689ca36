package import ImageEncoding
package import Tensors

/// An image as the input of each encoder of a captioner.
package struct ImagePixels: Sendable {
  /// The pixels `[3, height, width]` for each encoder, in order.
  package let tensors: [Tensor]

  package init(_ tensors: [Tensor]) {
    self.tensors = tensors
  }

  /// The mirror image, with left and right exchanged.
  package var mirrored: ImagePixels { ImagePixels(tensors.map(\.mirrored)) }
}

/// How an image that is decoded once becomes the input of each encoder.
package struct ImagePreprocessing: Sendable {
  /// The preprocessors, at least one.
  let preprocessors: [ImagePreprocessor]

  init(_ preprocessors: [ImagePreprocessor]) {
    self.preprocessors = preprocessors
  }

  /// The `target` for `ImageDecoder`: the largest size that any encoder needs.
  package func scaledSize(of original: ImageSize) -> ImageSize {
    let sizes = preprocessors.map { $0.scaledSize(of: original) }
    return ImageSize(width: sizes.map(\.width).max() ?? 1, height: sizes.map(\.height).max() ?? 1)
  }

  /// - Parameter name: the name of the image in errors.
  /// - Throws: `ImageDecodingError` where memory is lacking.
  package func pixels(of decoded: DecodedImage, named name: String) throws(ImageDecodingError) -> ImagePixels {
    var tensors: [Tensor] = []
    for preprocessor in preprocessors {
      // Encoders of one family often need the same pixels.
      if let same = preprocessors[..<tensors.count].firstIndex(of: preprocessor) {
        tensors.append(tensors[same])
      } else {
        tensors.append(try preprocessor.pixels(of: decoded, named: name))
      }
    }
    return ImagePixels(tensors)
  }
}
