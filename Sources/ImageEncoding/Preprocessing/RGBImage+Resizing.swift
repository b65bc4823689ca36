import CImageCodecs

extension RGBImage {
  /// The whole image at another size: bit for bit what Pillow's `Image.resize` gives for an 8-bit RGB image.
  ///
  /// - Precondition: `width` and `height` are positive.
  public func resized(width: Int, height: Int, filter: ResamplingFilter) -> RGBImage {
    resized(to: ImageSize(width: width, height: height), columns: 0..<width, rows: 0..<height, filter: filter)
  }

  /// The part `columns` × `rows` of the image resized to `target`, the rest of which is not computed.
  ///
  /// - Precondition: the ranges are not empty and lie within `target`.
  func resized(to target: ImageSize, columns: Range<Int>, rows: Range<Int>, filter: ResamplingFilter) -> RGBImage {
    precondition(
      !columns.isEmpty && !rows.isEmpty && columns.lowerBound >= 0 && rows.lowerBound >= 0
        && columns.upperBound <= target.width && rows.upperBound <= target.height,
      "columns \(columns), rows \(rows) of an image of \(target) pixels")
    if target == size && columns == 0..<width && rows == 0..<height { return self }
    if filter == .nearest { return sampled(target, columns, rows) }
    return resampled(target, columns, rows, filter)
  }

  private func sampled(_ target: ImageSize, _ columns: Range<Int>, _ rows: Range<Int>) -> RGBImage {
    let sourceColumns = Self.nearest(source: width, destination: target.width, range: columns)
    let sourceRows = Self.nearest(source: height, destination: target.height, range: rows)
    return withUnsafePixels { source in
      RGBImage(size: ImageSize(width: columns.count, height: rows.count)) { destination in
        guard var to = destination.baseAddress, let base = source.baseAddress else { return }
        for row in sourceRows {
          for column in sourceColumns {
            let from = base + 3 * (row * width + column)
            to[0] = from[0]
            to[1] = from[1]
            to[2] = from[2]
            to += 3
          }
        }
      }
    }
  }

  /// Pillow steps along an axis by adding up, and so rounds differently from multiplying.
  private static func nearest(source: Int, destination: Int, range: Range<Int>) -> [Int] {
    let step = Double(source) / Double(destination)
    var position = step * 0.5
    var indices: [Int] = []
    indices.reserveCapacity(range.count)
    for index in 0..<range.upperBound {
      if index >= range.lowerBound { indices.append(min(Int(position), source - 1)) }
      position += step
    }
    return indices
  }

  private func resampled(
    _ target: ImageSize, _ columns: Range<Int>, _ rows: Range<Int>, _ filter: ResamplingFilter
  ) -> RGBImage {
    let horizontal = ResamplingKernel(source: width, destination: target.width, range: columns, filter: filter)
    let vertical = ResamplingKernel(source: height, destination: target.height, range: rows, filter: filter)
    // Pillow leaves out the pass along an axis that keeps its size. The kernel would be a single 1 there.
    let copiesRows = width == target.width
    let rowBytes = columns.count * 3
    // The horizontal pass fills a window of rows that slides down the image just ahead of the vertical pass: memory
    // stays in proportion to the kernel, whatever the image's height.
    let capacity = min(2 * vertical.size + 16, height)
    var window = [UInt8](repeating: 0, count: capacity * rowBytes + PixelStorage.slack)
    var windowStart = 0
    var windowEnd = 0
    return withUnsafePixels { source in
      RGBImage(size: ImageSize(width: columns.count, height: rows.count)) { destination in
        guard let from = source.baseAddress, let to = destination.baseAddress else { return }
        window.withUnsafeMutableBufferPointer { window in
          guard let lines = window.baseAddress else { return }
          for (index, needed) in vertical.windows.enumerated() {
            let first = Int(needed.first)
            let end = first + Int(needed.count)
            if end - windowStart > capacity {
              let kept = max(windowEnd - first, 0)
              if kept > 0 { lines.update(from: lines + (first - windowStart) * rowBytes, count: kept * rowBytes) }
              windowStart = first
              windowEnd = first + kept
            }
            while windowEnd < end {
              let line = lines + (windowEnd - windowStart) * rowBytes
              let row = from + windowEnd * width * 3
              if copiesRows {
                line.update(from: row + columns.lowerBound * 3, count: rowBytes)
              } else {
                imageResampleHorizontally(
                  row, line, columns.count, horizontal.windows, horizontal.coefficients, horizontal.size)
              }
              windowEnd += 1
            }
            vertical.coefficients.withUnsafeBufferPointer { coefficients in
              guard let weights = coefficients.baseAddress else { return }
              imageResampleVertically(
                lines + (first - windowStart) * rowBytes, rowBytes, Int(needed.count), weights + index * vertical.size,
                to + index * rowBytes)
            }
          }
        }
      }
    }
  }
}
