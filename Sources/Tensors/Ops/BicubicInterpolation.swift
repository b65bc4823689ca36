extension Tensor {
  /// Bicubic resampling of a grid `[height, width, channels]` without antialiasing, as PyTorch's
  /// `interpolate(mode="bicubic", align_corners=False)`: cubic convolution with a = -0.75, edges repeated.
  public func bicubicResized(height: Int, width: Int) -> Tensor {
    precondition(shape.count == 3 && height > 0 && width > 0, "a grid [height, width, channels], not \(shape)")
    let (oldHeight, oldWidth, channels) = (shape[0], shape[1], shape[2])
    let vertical = (0..<height).map { CubicTaps(output: $0, outputSize: height, inputSize: oldHeight) }
    let horizontal = (0..<width).map { CubicTaps(output: $0, outputSize: width, inputSize: oldWidth) }
    var out = Tensor(zeros: [height, width, channels])
    withPointer { x in
      out.withMutablePointer { out in
        for (y, rows) in vertical.enumerated() {
          for (column, columns) in horizontal.enumerated() {
            let target = out + (y * width + column) * channels
            for (row, rowWeight) in zip(rows.indices, rows.weights) {
              for (index, weight) in zip(columns.indices, columns.weights) {
                let source = x + (row * oldWidth + index) * channels
                let factor = rowWeight * weight
                for channel in 0..<channels { target[channel] += factor * source[channel] }
              }
            }
          }
        }
      }
    }
    return out
  }
}

/// The four input samples of one output sample and their weights.
private struct CubicTaps {
  let indices: [Int]
  let weights: [Float]

  init(output: Int, outputSize: Int, inputSize: Int) {
    let center = (Float(output) + 0.5) * (Float(inputSize) / Float(outputSize)) - 0.5
    let first = center.rounded(.down)
    let t = center - first
    indices = (-1...2).map { min(max(Int(first) + $0, 0), inputSize - 1) }
    weights = [Self.outer(1 + t), Self.inner(t), Self.inner(1 - t), Self.outer(2 - t)]
  }

  private static let a: Float = -0.75

  /// The kernel for distances up to 1.
  private static func inner(_ x: Float) -> Float { ((a + 2) * x - (a + 3)) * x * x + 1 }

  /// The kernel for distances from 1 to 2.
  private static func outer(_ x: Float) -> Float { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
}
