import Tensors

extension TokenStepper {
  /// Makes a step, and passes the logits of each row in turn to `body`, which may change them in place.
  mutating func step(
    _ tokens: [[Int]], forEachRow body: (_ row: Int, UnsafeMutableBufferPointer<Float>) throws -> Void
  ) throws {
    var logits = try step(tokens)
    let expected = [tokens.count, vocabularySize]
    guard logits.shape == expected else {
      throw GenerationError.logitsShape(found: logits.shape, expected: expected)
    }
    let columns = vocabularySize
    try logits.withUnsafeMutableBuffer { buffer in
      for row in tokens.indices {
        try body(row, UnsafeMutableBufferPointer(rebasing: buffer[row * columns..<(row + 1) * columns]))
      }
    }
  }
}
