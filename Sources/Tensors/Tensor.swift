/// A dense tensor of 32-bit floats with value semantics: the type that all computations use.
package struct Tensor: Sendable {
  /// Outermost dimension first; the last one is contiguous. `[]` is a scalar.
  package private(set) var shape: [Int]
  private var storage: RawBuffer

  /// A tensor whose numbers are not yet set; the code that makes one fills it before it is read.
  package init(uninitialized shape: [Int]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "negative dimension in \(shape)")
    self.shape = shape
    storage = RawBuffer(byteCount: shape.reduce(1, *) * MemoryLayout<Float>.stride)
  }

  package init(zeros shape: [Int]) {
    self.init(uninitialized: shape)
    storage.bytes.initializeMemory(as: Float.self, repeating: 0)
  }

  /// - Precondition: `values.count` is the product of `shape`.
  package init(_ values: [Float], shape: [Int]) {
    self.init(uninitialized: shape)
    precondition(values.count == count, "\(values.count) values for shape \(shape)")
    values.withUnsafeBytes { storage.bytes.copyMemory(from: $0) }
  }

  package var count: Int { storage.byteCount / MemoryLayout<Float>.stride }

  /// Product of all dimensions but the last: how many rows there are.
  package var rows: Int { shape.dropLast().reduce(1, *) }

  /// The last dimension: how long a row is.
  package var columns: Int { shape.last ?? 1 }

  package var values: [Float] { withUnsafeBuffer { Array($0) } }

  package func withUnsafeBuffer<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(storage) {
      try body(UnsafeBufferPointer(start: storage.pointer.assumingMemoryBound(to: Float.self), count: count))
    }
  }

  package mutating func withUnsafeMutableBuffer<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&storage) {
      let copy = RawBuffer(byteCount: storage.byteCount)
      copy.bytes.copyMemory(from: UnsafeRawBufferPointer(storage.bytes))
      storage = copy
    }
    return try withExtendedLifetime(storage) {
      try body(UnsafeMutableBufferPointer(start: storage.pointer.assumingMemoryBound(to: Float.self), count: count))
    }
  }

  /// The numbers as a file stores them, sharing memory: whichever of the two is then changed has its own copy.
  package var stored: StoredTensor {
    StoredTensor(
      elementType: .f32, shape: shape,
      storage: StoredTensor.Bytes(
        pointer: UnsafeRawPointer(storage.pointer), count: storage.byteCount, owner: storage))
  }

  /// The same numbers under another shape.
  package func reshaped(_ newShape: [Int]) -> Tensor {
    precondition(newShape.reduce(1, *) == count, "cannot reshape \(shape) to \(newShape)")
    var tensor = self
    tensor.shape = newShape
    return tensor
  }
}
