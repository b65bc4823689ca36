import CImageCodecs

extension RGBImage {
  /// The whole image at another size: bit for bit what Pillow's `Image.resize` gives for an 8-bit RGB image.
  ///
  /// - Precondition: `width` and `height` are positive.
  package func resized(width: Int, height: Int, filter: ResamplingFilter) -> RGBImage {
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

  /// Both passes round to 8 bits, so that their order matters. Pillow (from 13.0 on) begins with the vertical one where
  /// it takes away more than twice as many rows as the horizontal one takes columns.
  private func resampled(
    _ target: ImageSize, _ columns: Range<Int>, _ rows: Range<Int>, _ filter: ResamplingFilter
  ) -> RGBImage {
    let horizontal = ResamplingKernel(source: width, destination: target.width, range: columns, filter: filter)
    let vertical = ResamplingKernel(source: height, destination: target.height, range: rows, filter: filter)
    let isVerticalFirst = target.height < height && height - target.height > 2 * (width - target.width)
    return withUnsafePixels { source in
      RGBImage(size: ImageSize(width: columns.count, height: rows.count)) { destination in
        guard let from = source.baseAddress, let to = destination.baseAddress else { return }
        if isVerticalFirst {
          resampleRowsFirst(from, to, horizontal, vertical)
        } else {
          resampleColumnsFirst(from, to, horizontal, vertical)
        }
      }
    }
  }

  private func resampleRowsFirst(
    _ source: UnsafePointer<UInt8>, _ destination: UnsafeMutablePointer<UInt8>, _ horizontal: ResamplingKernel,
    _ vertical: ResamplingKernel
  ) {
    let columns = horizontal.windows.count
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: width * 3 + PixelStorage.slack) { line in
      guard let line = line.baseAddress else { return }
      (line + width * 3).initialize(repeating: 0, count: PixelStorage.slack)
      for index in vertical.windows.indices {
        vertical.combine(source, stride: width * 3, byteCount: width * 3, firstRow: 0, window: index, into: line)
        horizontal.combine(line, into: destination + index * columns * 3)
      }
    }
  }

  /// The horizontal pass fills a window of rows that slides down the image just ahead of the vertical pass, so that
  /// memory stays in proportion to the kernel, whatever the image's height is.
  private func resampleColumnsFirst(
    _ source: UnsafePointer<UInt8>, _ destination: UnsafeMutablePointer<UInt8>, _ horizontal: ResamplingKernel,
    _ vertical: ResamplingKernel
  ) {
    let rowBytes = horizontal.windows.count * 3
    let capacity = min(2 * vertical.size + 16, height)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity * rowBytes) { window in
      guard let lines = window.baseAddress else { return }
      var start = 0  // the source row of the first line
      var end = 0  // the source row after the last filled line
      for (index, needed) in vertical.windows.enumerated() {
        let first = Int(needed.first)
        let last = first + Int(needed.count)
        if last - start > capacity {
          let kept = max(end - first, 0)
          if kept > 0 { lines.update(from: lines + (first - start) * rowBytes, count: kept * rowBytes) }
          start = first
          end = first + kept
        }
        while end < last {
          horizontal.combine(source + end * width * 3, into: lines + (end - start) * rowBytes)
          end += 1
        }
        vertical.combine(
          lines, stride: rowBytes, byteCount: rowBytes, firstRow: start, window: index,
          into: destination + index * rowBytes)
      }
    }
  }
}
