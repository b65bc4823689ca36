extension ImagePreprocessor {
  /// What the decoder may take as the size to come, whatever the image: a large JPEG is decoded at a reduced scale that
  /// keeps both sides well above it.
  public var targetSize: ImageSize {
    switch mode {
    case .squash, .longestEdgePad: return size
    case .shortestEdgeCenterCrop:
      let edge = shortestEdge ?? min(size.width, size.height)
      return ImageSize(width: edge, height: edge)
    }
  }
}
