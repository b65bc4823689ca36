extension RGBImage {
  /// A part of the image.
  ///
  /// - Precondition: the ranges are not empty and lie within the image.
  func cropped(columns: Range<Int>, rows: Range<Int>) -> RGBImage {
    precondition(
      !columns.isEmpty && !rows.isEmpty && columns.lowerBound >= 0 && rows.lowerBound >= 0
        && columns.upperBound <= width && rows.upperBound <= height, "columns \(columns), rows \(rows) of \(size)")
    if columns.count == width && rows.count == height { return self }
    return withUnsafePixels { source in
      RGBImage(size: ImageSize(width: columns.count, height: rows.count)) { destination in
        guard let from = source.baseAddress, let to = destination.baseAddress else { return }
        for (index, row) in rows.enumerated() {
          (to + 3 * index * columns.count).update(
            from: from + 3 * (row * width + columns.lowerBound), count: 3 * columns.count)
        }
      }
    }
  }

  /// The image in another light: multiplied by `brightness`, then its difference from its mean grey by `contrast`, then
  /// each pixel's difference from its own grey by `saturation`. After each step numbers stay within 0 to 255.
  package func toned(brightness: Float, contrast: Float, saturation: Float) -> RGBImage {
    withUnsafePixels { source in
      var sum = 0.0
      for index in stride(from: 0, to: source.count, by: 3) {
        let color = SIMD3(Float(source[index]), Float(source[index + 1]), Float(source[index + 2]))
        sum += Double(Self.grey(color * brightness))
      }
      let mean = Float(sum / Double(width * height))
      return RGBImage(size: size) { destination in
        for index in stride(from: 0, to: source.count, by: 3) {
          var color = SIMD3(Float(source[index]), Float(source[index + 1]), Float(source[index + 2])) * brightness
          color.clamp(lowerBound: SIMD3(repeating: 0), upperBound: SIMD3(repeating: 255))
          color = (color - mean) * contrast + mean
          color.clamp(lowerBound: SIMD3(repeating: 0), upperBound: SIMD3(repeating: 255))
          let grey = Self.grey(color)
          color = (color - grey) * saturation + grey
          color.clamp(lowerBound: SIMD3(repeating: 0), upperBound: SIMD3(repeating: 255))
          color.round(.toNearestOrEven)
          for channel in 0..<3 { destination[index + channel] = UInt8(color[channel]) }
        }
      }
    }
  }

  /// Rec. 601 luma, of numbers that are first brought to at most 255.
  private static func grey(_ color: SIMD3<Float>) -> Float {
    let color = color.clamped(lowerBound: SIMD3(repeating: 0), upperBound: SIMD3(repeating: 255))
    return (color * SIMD3(0.299, 0.587, 0.114)).sum()
  }
}
