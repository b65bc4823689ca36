public import Tensors
public import TextDecoding

extension TextDecoder {
  /// The same decoder, frozen, laid out so that gradients go back through it. From now on more memory of tensors is kept for
  /// those that come next.
  ///
  /// - Throws: `OutOfMemory`.
  public func preparedForTraining(_ precision: MatrixPrecision) throws(OutOfMemory) -> Self {
    try Memory.require(
      preparedByteCount(.training(precision)),
      for: "the decoder's matrices in \(precision.rawValue), laid out for training",
      remedy: precision == .f32 ? "give --precision int8 or bf16" : Captioner.smallerModel)
    BufferPool.shared.setLimit(BufferPool.trainingLimit)
    return prepared(.training(precision))
  }
}
