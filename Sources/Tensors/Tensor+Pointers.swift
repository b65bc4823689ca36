/// The pointer that C kernels take. Empty tensors hand out a valid address too, of which nothing is read.
extension Tensor {
  package func withPointer<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
    try withUnsafeBuffer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("a tensor always has memory") }
      return try body(base)
    }
  }

  package mutating func withMutablePointer<Result>(
    _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    try withUnsafeMutableBuffer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("a tensor always has memory") }
      return try body(base)
    }
  }
}
