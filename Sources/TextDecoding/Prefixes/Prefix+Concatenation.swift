import Tensors

extension TextDecoder {
  /// One prefix made of several, each moved behind those before it.
  ///
  /// That is not the prefix of the joined text: no part has seen the others. Their keys have the same positions as
  /// there, and those of the first layer are the same.
  ///
  /// - Throws: `DecodingError.prefixMismatch` where one is of another shape, `.fixedPositions` where the decoder's keys
  ///   cannot be moved.
  package func concatenation(of prefixes: [Prefix]) throws(DecodingError) -> Prefix {
    var parts: [Prefix] = []
    var length = 0
    for prefix in prefixes {
      guard prefix.shape.fits(prefixShape) else {
        throw .prefixMismatch(prefix: prefix.shape.dimensions, decoder: prefixShape.dimensions)
      }
      if prefix.length == 0 { continue }
      parts.append(length == 0 ? prefix : try moved(prefix, by: length))
      length += prefix.length
    }
    return Prefix(joining: parts, shape: prefixShape)
  }
}

extension Prefix {
  /// Puts the positions of `parts` behind one another, as they are.
  fileprivate init(joining parts: [Prefix], shape: Shape) {
    let length = parts.reduce(0) { $0 + $1.length }
    let d = shape.headDimension
    var keysValues = Tensor(uninitialized: [shape.layers, 2, shape.keyValueHeads, length, d])
    keysValues.withMutablePointer { target in
      for head in 0..<shape.layers * 2 * shape.keyValueHeads {
        var position = head * length
        for part in parts {
          part.keysValues.withPointer {
            (target + position * d).update(from: $0 + head * part.length * d, count: part.length * d)
          }
          position += part.length
        }
      }
    }
    self.init(keysValues: keysValues)
  }
}
