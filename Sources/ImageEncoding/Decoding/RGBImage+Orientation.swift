extension RGBImage {
  /// The image rotated or mirrored as `orientation` asks, as Pillow's `ImageOps.exif_transpose` does.
  package func oriented(_ orientation: EXIFOrientation) -> RGBImage {
    if orientation == .upright { return self }
    let result = orientation.swapsSides ? size.transposed : size
    // Where the destination's first pixel comes from, and how the source moves a step along its row and its column.
    let (width, height) = (size.width, size.height)
    let (first, alongRow, alongColumn) =
      switch orientation {
      case .upright: (0, 1, width)
      case .mirroredHorizontally: (width - 1, -1, width)
      case .rotatedHalf: (width * height - 1, -1, -width)
      case .mirroredVertically: (width * (height - 1), 1, -width)
      case .transposed: (0, width, 1)
      case .rotatedQuarterClockwise: (width * (height - 1), -width, 1)
      case .transversed: (width * height - 1, -width, -1)
      case .rotatedQuarterCounterClockwise: (width - 1, width, -1)
      }
    return withUnsafePixels { source in
      RGBImage(size: result) { destination in
        guard let source = source.baseAddress, let destination = destination.baseAddress else { return }
        // In blocks, so that the rows that a quarter turn jumps between stay in the cache.
        let block = 32
        for top in stride(from: 0, to: result.height, by: block) {
          for left in stride(from: 0, to: result.width, by: block) {
            for y in top..<min(top + block, result.height) {
              var from = source + 3 * (first + alongColumn * y + alongRow * left)
              var to = destination + 3 * (y * result.width + left)
              for _ in left..<min(left + block, result.width) {
                to[0] = from[0]
                to[1] = from[1]
                to[2] = from[2]
                to += 3
                from += 3 * alongRow
              }
            }
          }
        }
      }
    }
  }
}
