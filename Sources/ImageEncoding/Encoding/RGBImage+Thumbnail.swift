extension RGBImage {
  /// A smaller copy of the image, its proportions kept; the image itself where it is no larger.
  ///
  /// - Parameter longestEdge: the most pixels either way, at least 1. The default fills a card of a gallery.
  package func thumbnail(longestEdge: Int = 240) -> RGBImage {
    precondition(longestEdge > 0, "a thumbnail has pixels")
    let longest = max(width, height)
    if longest <= longestEdge { return self }
    let scale = Double(longestEdge) / Double(longest)
    // A side of one pixel stays one.
    let scaled = { (side: Int) in max(1, Int((Double(side) * scale).rounded())) }
    return resized(width: scaled(width), height: scaled(height), filter: .bicubic)
  }
}
