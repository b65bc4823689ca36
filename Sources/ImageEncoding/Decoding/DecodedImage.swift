/// What decoding a file gives.
public struct DecodedImage: Sendable {
  /// Upright, on an opaque background; smaller than the original where a large JPEG was decoded at a reduced scale.
  public let image: RGBImage
  public let format: ImageFormat
  /// The size of the file's image, upright.
  public let originalSize: ImageSize
  /// What was wrong with the file, in words for the user; empty unless `allowTruncated` let it pass.
  public let warnings: [String]
}

/// What a file says about its image before any pixel is decoded.
public struct ImageHeader: Sendable, Equatable {
  public let format: ImageFormat
  /// The size upright, once `orientation` is applied.
  public let size: ImageSize
  public let orientation: EXIFOrientation

  /// The size as the file stores it.
  var storedSize: ImageSize { orientation.swapsSides ? size.transposed : size }
}
