package import Tensors
package import TextDecoding

extension TextDecoder {
  /// The same decoder, frozen, with matrices packed so that gradients pass back through it. From now on more memory of
  /// freed tensors is kept for later ones.
  ///
  /// - Throws: `OutOfMemory`.
  package func preparedForTraining(_ precision: MatrixPrecision) throws(OutOfMemory) -> Self {
    try Memory.require(
      preparedByteCount(.training(precision)),
      for: "the decoder's matrices in \(precision.rawValue), laid out for training",
      remedy: precision == .f32 ? "give --precision int8 or bf16" : Captioner.smallerModel)
    BufferPool.shared.setLimit(BufferPool.trainingLimit)
    return prepared(.training(precision))
  }

  /// The same decoder, packed for drawing many captions at once while another copy is trained through.
  ///
  /// - Throws: `OutOfMemory`.
  package func preparedForSampling(_ precision: MatrixPrecision) throws(OutOfMemory) -> Self {
    let plan = (ComputePrecision(rawValue: precision.rawValue) ?? .f32).decoder(isBatch: true)
    try Memory.require(
      preparedByteCount(plan), for: "a second copy of the decoder's matrices, in \(precision.rawValue)",
      remedy: "leave --sampling-precision out, which needs no copy")
    return prepared(plan)
  }
}
