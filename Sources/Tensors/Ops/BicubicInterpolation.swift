extension Tensor {
  /// Bicubic resampling of a grid `[height, width, channels]`, as PyTorch's
  /// `interpolate(mode="bicubic", align_corners=False)`: cubic convolution with a = -0.75, edges repeated.
  ///
  /// - Parameter antialiases: as `antialias=True`: a = -0.5, the kernel as wide as what it shrinks, edges left out.
  package func bicubicResized(height: Int, width: Int, antialiases: Bool = false) -> Tensor {
    precondition(shape.count == 3 && height > 0 && width > 0, "a grid [height, width, channels], not \(shape)")
    let (oldHeight, oldWidth, channels) = (shape[0], shape[1], shape[2])
    func taps(_ outputSize: Int, _ inputSize: Int) -> [CubicTaps] {
      (0..<outputSize).map {
        antialiases
          ? CubicTaps(antialiasedOutput: $0, outputSize: outputSize, inputSize: inputSize)
          : CubicTaps(output: $0, outputSize: outputSize, inputSize: inputSize)
      }
    }
    let (vertical, horizontal) = (taps(height, oldHeight), taps(width, oldWidth))
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

/// The input samples of one output sample and their weights: four without antialiasing.
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

  init(antialiasedOutput output: Int, outputSize: Int, inputSize: Int) {
    let scale = Double(inputSize) / Double(outputSize)
    let stretch = max(scale, 1)
    let center = scale * (Double(output) + 0.5)
    let first = max(Int(center - 2 * stretch + 0.5), 0)
    let end = min(Int(center + 2 * stretch + 0.5), inputSize)
    let raw = (first..<end).map { Self.keys((Double($0) - center + 0.5) / stretch) }
    let sum = raw.reduce(0, +)
    indices = Array(first..<end)
    weights = raw.map { Float($0 / sum) }
  }

  /// Keys' kernel with a = -0.5.
  private static func keys(_ distance: Double) -> Double {
    let x = abs(distance)
    if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
  }

  private static let a: Float = -0.75

  /// The kernel for distances up to 1.
  private static func inner(_ x: Float) -> Float { ((a + 2) * x - (a + 3)) * x * x + 1 }

  /// The kernel for distances from 1 to 2.
  private static func outer(_ x: Float) -> Float { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
}
