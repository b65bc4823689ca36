/// The result of decoding a file.
package struct DecodedImage: Sendable {
  /// Upright, on an opaque background; smaller than the original where a large JPEG was decoded at a reduced scale.
  package let image: RGBImage
  package let format: ImageFormat
  /// The size of the file's image, upright.
  package let originalSize: ImageSize
  /// What was wrong with the file, in words for the user; empty unless `allowTruncated` let it pass.
  package let warnings: [String]
}

/// What a file says about its image before any pixel is decoded.
package struct ImageHeader: Sendable, Equatable {
  package let format: ImageFormat
  /// The size upright, once `orientation` is applied.
  package let size: ImageSize
  package let orientation: EXIFOrientation

  /// The size as the file stores it.
  var storedSize: ImageSize { orientation.swapsSides ? size.transposed : size }
}
