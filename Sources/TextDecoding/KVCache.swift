import Tensors

/// The keys and values that the rows of a batch have seen so far. Each row starts from its own prefix, of its own length,
/// or from nothing.
package struct KVCache: Sendable {
  private var rows: [Row]
  /// The shape that all rows share; `length` is 0.
  let shape: Prefix.Shape

  /// - Parameters:
  ///   - shape: the decoder's shape; its length is ignored.
  ///   - prefixes: one per row; `nil` starts the row at position 0.
  /// - Throws: `DecodingError.prefixMismatch` where a prefix was made for another decoder.
  package init(shape: Prefix.Shape, prefixes: [Prefix?]) throws(DecodingError) {
    self.shape = Prefix.Shape(
      layers: shape.layers, keyValueHeads: shape.keyValueHeads, headDimension: shape.headDimension, length: 0)
    rows = []
    for prefix in prefixes { try append(prefix) }
  }

  /// Adds a row after the others.
  ///
  /// - Parameter prefix: the prefix that the row starts from; `nil` starts it at position 0.
  /// - Throws: `DecodingError.prefixMismatch` where the prefix was made for another decoder; no row is added then.
  package mutating func append(_ prefix: Prefix?) throws(DecodingError) {
    if let prefix, !prefix.shape.fits(shape) {
      throw .prefixMismatch(prefix: prefix.shape.dimensions, decoder: shape.dimensions)
    }
    rows.append(Row(shape: shape, prefix: prefix))
  }

  package var rowCount: Int { rows.count }

  /// The number of positions that the row has filled, its prefix included: the position of its next token.
  package func length(ofRow row: Int) -> Int { rows[row].length }

  /// The prediction for the token after the row's prefix, while nothing has been added to it: `Prefix.nextLogits`.
  func nextLogits(ofRow row: Int) -> Tensor? { rows[row].nextLogits }

  /// Keeps, repeats, reorders or drops rows: new row i is old row `indices[i]`. Repeated rows share memory until they grow.
  package mutating func select(rows indices: [Int]) {
    rows = indices.map { rows[$0] }
  }

  /// The content of a row, as a prefix.
  func prefix(ofRow row: Int) -> Prefix { rows[row].prefix(shape: shape) }

  /// Makes room for `count` more positions of a row and returns the address of its memory, which stays valid until the
  /// row is next changed.
  mutating func prepare(row: Int, toAppend count: Int) -> RowMemory {
    rows[row].reserve(count, shape: shape)
    return RowMemory(base: rows[row].floats, capacity: rows[row].capacity, length: rows[row].length, shape: shape)
  }

  mutating func advance(row: Int, by count: Int) {
    if count == 0 { return }
    rows[row].length += count
    rows[row].nextLogits = nil
  }

  /// Addresses within one row's memory, which has the shape `[layers, 2, keyValueHeads, capacity, headDimension]`.
  struct RowMemory {
    let base: UnsafeMutablePointer<Float>
    let capacity: Int
    let length: Int
    let shape: Prefix.Shape

    var headStride: Int { capacity * shape.headDimension }
    func keys(layer: Int) -> UnsafeMutablePointer<Float> { base + 2 * layer * shape.keyValueHeads * headStride }
    func values(layer: Int) -> UnsafeMutablePointer<Float> { base + (2 * layer + 1) * shape.keyValueHeads * headStride }
  }

  private struct Row: Sendable {
    private var buffer: RawBuffer
    private(set) var capacity: Int
    var length: Int
    var nextLogits: Tensor?

    /// Room for a caption of ordinary length after the prefix.
    private static let headroom = 32

    init(shape: Prefix.Shape, prefix: Prefix?) {
      length = prefix?.length ?? 0
      nextLogits = prefix?.nextLogits
      capacity = length + Self.headroom
      buffer = Self.allocate(shape, capacity)
      guard let prefix, length > 0 else { return }
      let row = length * shape.headDimension
      prefix.keysValues.withPointer { source in
        for head in 0..<Self.heads(shape) {
          (floats + head * capacity * shape.headDimension).update(from: source + head * row, count: row)
        }
      }
    }

    var floats: UnsafeMutablePointer<Float> { buffer.pointer.assumingMemoryBound(to: Float.self) }

    /// Copies the row if it shares its memory with another, and copies it to a larger memory if it is full.
    mutating func reserve(_ count: Int, shape: Prefix.Shape) {
      let needed = length + count
      if needed <= capacity && isKnownUniquelyReferenced(&buffer) { return }
      let newCapacity = needed <= capacity ? capacity : max(needed, 2 * capacity)
      let newBuffer = Self.allocate(shape, newCapacity)
      let target = newBuffer.pointer.assumingMemoryBound(to: Float.self)
      for head in 0..<Self.heads(shape) {
        (target + head * newCapacity * shape.headDimension)
          .update(from: floats + head * capacity * shape.headDimension, count: length * shape.headDimension)
      }
      (buffer, capacity) = (newBuffer, newCapacity)
    }

    func prefix(shape: Prefix.Shape) -> Prefix {
      let d = shape.headDimension
      var keysValues = Tensor(uninitialized: [shape.layers, 2, shape.keyValueHeads, length, d])
      keysValues.withMutablePointer { target in
        for head in 0..<Self.heads(shape) {
          (target + head * length * d).update(from: floats + head * capacity * d, count: length * d)
        }
      }
      return Prefix(keysValues: keysValues)
    }

    private static func heads(_ shape: Prefix.Shape) -> Int { shape.layers * 2 * shape.keyValueHeads }

    private static func allocate(_ shape: Prefix.Shape, _ capacity: Int) -> RawBuffer {
      RawBuffer(byteCount: heads(shape) * capacity * shape.headDimension * MemoryLayout<Float>.stride)
    }
  }
}
