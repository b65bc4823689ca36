import CImageCodecs

/// For one axis: which source samples each destination sample is made of, and with which fixed-point weights.
///
/// The arithmetic is Pillow's for 8-bit images: the kernel is widened when shrinking (antialiasing), its values are
/// normalised in double precision and then rounded to 22 fraction bits.
struct ResamplingKernel {
  let windows: [ResampleWindow]
  /// `[windows.count, size]`; weights past a window's count are 0.
  let coefficients: [Int32]
  /// Even, as the horizontal pass takes samples by two.
  let size: Int

  /// - Parameters:
  ///   - destination: how many samples the whole axis has after resampling.
  ///   - range: the destination samples that are wanted.
  init(source: Int, destination: Int, range: Range<Int>, filter: ResamplingFilter) {
    let scale = Double(source) / Double(destination)
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    let largestCount = min(Int(support.rounded(.up)) * 2 + 1, source)
    size = largestCount + largestCount % 2
    var coefficients = [Int32](repeating: 0, count: range.count * size)
    var windows: [ResampleWindow] = []
    windows.reserveCapacity(range.count)
    let one = Double(1 << ImageResamplePrecisionBits)
    var weights = [Double](repeating: 0, count: size)
    for (row, index) in range.enumerated() {
      let center = (Double(index) + 0.5) * scale
      let first = max(Int(center - support + 0.5), 0)
      let count = min(Int(center + support + 0.5), source) - first
      var sum = 0.0
      for tap in 0..<count {
        weights[tap] = filter.weight(at: (Double(tap + first) - center + 0.5) * (1 / stretch))
        sum += weights[tap]
      }
      for tap in 0..<count {
        let weight = (sum != 0 ? weights[tap] / sum : weights[tap]) * one
        coefficients[row * size + tap] = Int32(weight < 0 ? weight - 0.5 : weight + 0.5)
      }
      windows.append(ResampleWindow(first: Int32(first), count: Int32(count)))
    }
    self.coefficients = coefficients
    self.windows = windows
  }

  /// One row of pixels, combined along itself. Up to `ImageResampleSlack` bytes past its end are read.
  func combine(_ row: UnsafePointer<UInt8>, into destination: UnsafeMutablePointer<UInt8>) {
    imageResampleHorizontally(row, destination, windows.count, windows, coefficients, size)
  }

  /// The rows of one window, combined to one row.
  ///
  /// - Parameter firstRow: the source row that `rows` begins with.
  func combine(
    _ rows: UnsafePointer<UInt8>, stride: Int, byteCount: Int, firstRow: Int, window index: Int,
    into destination: UnsafeMutablePointer<UInt8>
  ) {
    coefficients.withUnsafeBufferPointer { coefficients in
      guard let weights = coefficients.baseAddress else { return }
      imageResampleVertically(
        rows + (Int(windows[index].first) - firstRow) * stride, stride, byteCount, Int(windows[index].count),
        weights + index * size, destination)
    }
  }
}
