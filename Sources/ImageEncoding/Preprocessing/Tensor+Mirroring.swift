package import Tensors

extension Tensor {
  /// `[…, height, width]` with left and right exchanged.
  package var mirrored: Tensor {
    var out = Tensor(uninitialized: shape)
    let width = columns
    withUnsafeBuffer { source in
      out.withUnsafeMutableBuffer { out in
        for row in stride(from: 0, to: source.count, by: max(width, 1)) {
          for column in 0..<width { out[row + column] = source[row + width - 1 - column] }
        }
      }
    }
    return out
  }
}
