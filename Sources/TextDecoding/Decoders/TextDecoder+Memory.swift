package import Tensors

extension TextDecoder {
  package func preparedByteCount(_ plan: MatrixPlan) -> Int { 0 }

  /// The largest number of bytes that a row takes at any moment.
  ///
  /// - Parameters:
  ///   - length: the number of positions, the prefix included.
  ///   - prompt: the number of tokens that are read at once.
  package func workingBytes(length: Int, prompt: Int) -> Int {
    // While the row grows, the old memory and the new one, which is twice as large.
    let keysValues = 3 * keyValueBytes(length: length)
    // Logits, and as many scores, sorted or changed.
    let logits = 4 * vocabularySize * MemoryLayout<Float>.stride
    return keysValues + logits + prompt * 64 * embeddingWidth * MemoryLayout<Float>.stride
  }

  /// The number of bytes of a row's keys and values.
  package func keyValueBytes(length: Int) -> Int {
    let shape = prefixShape
    return 2 * shape.layers * shape.keyValueHeads * shape.headDimension * (length + 32) * MemoryLayout<Float>.stride
  }
}
