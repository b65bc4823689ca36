/// A tensor as it lies in a file: any element type, read only, usually a window of a memory-mapped file.
package struct StoredTensor: Sendable {
  package let elementType: ElementType
  /// Outermost dimension first; the last one is contiguous. `[]` is a scalar.
  package let shape: [Int]
  package let storage: Bytes

  /// - Precondition: `storage.count` is what `elementType` and `shape` need (readers check it and throw).
  package init(elementType: ElementType, shape: [Int], storage: Bytes) {
    precondition(elementType.byteCount(shape: shape) == storage.count, "storage does not fit shape and type")
    self.elementType = elementType
    self.shape = shape
    self.storage = storage
  }

  package var count: Int { shape.reduce(1, *) }

  /// Bytes from one item of the outermost dimension to the next: a row of a matrix.
  var rowByteCount: Int { shape.first.map { $0 == 0 ? 0 : storage.count / $0 } ?? storage.count }

  /// Rows `range` of a matrix, sharing its memory.
  package func rows(_ range: Range<Int>) -> StoredTensor {
    precondition(shape.count == 2 && range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of \(shape)")
    return StoredTensor(
      elementType: elementType, shape: [range.count, shape[1]],
      storage: storage[range.lowerBound * rowByteCount..<range.upperBound * rowByteCount])
  }

  /// The same bytes under another shape of as many elements.
  package func reshaped(_ newShape: [Int]) -> StoredTensor {
    StoredTensor(elementType: elementType, shape: newShape, storage: storage)
  }

  /// Read-only bytes, and whatever keeps them alive (a mapped file, a buffer).
  package struct Bytes: @unchecked Sendable {
    // Unchecked: the memory is never written after it is handed in here, and `owner` keeps it alive.
    package let pointer: UnsafeRawPointer
    package let count: Int
    private let owner: AnyObject

    /// - Parameter owner: keeps `pointer` valid for as long as it lives; nobody writes there meanwhile.
    package init(pointer: UnsafeRawPointer, count: Int, owner: AnyObject) {
      self.pointer = pointer
      self.count = count
      self.owner = owner
    }

    /// A copy of `bytes`.
    package init(copying bytes: UnsafeRawBufferPointer) {
      let buffer = RawBuffer(byteCount: bytes.count)
      buffer.bytes.copyMemory(from: bytes)
      self.init(pointer: UnsafeRawPointer(buffer.pointer), count: bytes.count, owner: buffer)
    }

    /// A copy of `bytes`.
    package init(copying bytes: [UInt8]) {
      self = bytes.withUnsafeBytes { Self(copying: $0) }
    }

    /// Tells the owner that these bytes will hardly be read again soon; reading them stays possible.
    func release() { (owner as? any ReleasableMemory)?.release(buffer) }

    package var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: pointer, count: count) }

    /// The bytes `range`, sharing the owner.
    package subscript(range: Range<Int>) -> Bytes {
      precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside of the bytes")
      return Bytes(pointer: pointer + range.lowerBound, count: range.count, owner: owner)
    }
  }
}

/// Memory whose content can be restored from elsewhere, such as that of a mapped file.
package protocol ReleasableMemory: AnyObject {
  /// Gives back the pages that lie within `bytes`, which stay readable.
  func release(_ bytes: UnsafeRawBufferPointer)
}
