extension StoredTensor {
  /// A matrix of plain numbers with rows and columns exchanged, in memory of its own.
  ///
  /// - Precondition: the tensor is a matrix and its type is not block-quantised.
  package func transposed() -> StoredTensor {
    precondition(shape.count == 2 && !elementType.isQuantized, "no matrix of plain numbers: \(elementType) \(shape)")
    let out = RawBuffer(byteCount: storage.count)
    switch elementType.blockBytes {
    case 1: copyTransposed(to: out, UInt8.self)
    case 2: copyTransposed(to: out, UInt16.self)
    case 4: copyTransposed(to: out, UInt32.self)
    case 8: copyTransposed(to: out, UInt64.self)
    case let size: preconditionFailure("elements of \(size) bytes")
    }
    return StoredTensor(
      elementType: elementType, shape: [shape[1], shape[0]],
      storage: Bytes(pointer: UnsafeRawPointer(out.pointer), count: out.byteCount, owner: out))
  }

  private func copyTransposed<Element: BitwiseCopyable & Sendable>(to out: RawBuffer, _ type: Element.Type) {
    let (rows, columns) = (shape[0], shape[1])
    // Square tiles, so that neither side touches another cache line for each number.
    let tile = 32
    _ = Threads.map((columns + tile - 1) / tile) { index in
      let source = storage.pointer.assumingMemoryBound(to: type)
      let target = out.pointer.assumingMemoryBound(to: type)
      for firstRow in stride(from: 0, to: rows, by: tile) {
        for column in index * tile..<min(columns, (index + 1) * tile) {
          for row in firstRow..<min(rows, firstRow + tile) {
            target[column * rows + row] = source[row * columns + column]
          }
        }
      }
    }
  }

  /// A matrix with its rows in another order, in memory of its own: new row i is old row `indices[i]`.
  package func rows(_ indices: [Int]) -> StoredTensor {
    precondition(shape.count == 2 && indices.allSatisfy { (0..<shape[0]).contains($0) }, "rows of \(shape)")
    let out = RawBuffer(byteCount: indices.count * rowByteCount)
    for (row, index) in indices.enumerated() {
      (out.pointer + row * rowByteCount)
        .copyMemory(from: storage.pointer + index * rowByteCount, byteCount: rowByteCount)
    }
    return StoredTensor(
      elementType: elementType, shape: [indices.count, shape[1]],
      storage: Bytes(pointer: UnsafeRawPointer(out.pointer), count: out.byteCount, owner: out))
  }
}
