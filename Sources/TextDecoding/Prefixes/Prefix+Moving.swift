package import Tensors

extension Prefix {
  /// The same keys and values, `offset` positions later: keys are rotated further, from their present positions.
  ///
  /// - Parameter rotary: the rotary embedding of a layer. It may rotate only the first numbers of a head; the others
  ///   stay (as in Pythia).
  package func turned(by offset: Int, rotary: (_ layer: Int) -> RotaryEmbedding) -> Prefix {
    var moved = keysValues
    let rowsOfLayer = 2 * shape.keyValueHeads * length
    moved.withMutablePointer { numbers in
      for layer in 0..<shape.layers {
        let rotary = rotary(layer)
        for position in 0..<length {
          let (cosines, sines) = rotary.rotation(from: position, to: position + offset)
          let rotation = cosines + sines
          for head in 0..<shape.keyValueHeads {
            let row = numbers + (layer * rowsOfLayer + head * length + position) * shape.headDimension
            rotary.rotate(
              row, heads: 1, by: rotation, layout: .halves, into: row, destinationStride: shape.headDimension)
          }
        }
      }
    }
    return Prefix(keysValues: moved)
  }
}

extension TransformerDecoder {
  package func moved(_ prefix: Prefix, by offset: Int) throws(DecodingError) -> Prefix {
    if offset == 0 { return prefix }
    let ofLayers = layers.compactMap { layer in layer.attention.rotary.map { rotaries[$0] } }
    guard ofLayers.count == layers.count else { throw .fixedPositions }
    return prefix.turned(by: offset) { ofLayers[$0] }
  }
}
