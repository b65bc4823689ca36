package import Tensors

/// The part that most of our encoders share: patches and some tokens before them, perhaps a norm, pre-norm blocks, and
/// a norm after the last one (Dosovitskiy et al. 2021).
package struct VisionTransformer: Sendable {
  private var embedding: PatchEmbedding
  /// The norm before the first block, as in CLIP; hidden state 0 is its output.
  private let inputNorm: LayerNorm?
  private var blocks: [TransformerBlock]
  let finalNorm: LayerNorm

  init(
    embedding: PatchEmbedding, inputNorm: LayerNorm? = nil, blocks: [TransformerBlock], finalNorm: LayerNorm
  ) {
    self.embedding = embedding
    self.inputNorm = inputNorm
    self.blocks = blocks
    self.finalNorm = finalNorm
  }

  func prepared(_ precision: MatrixPrecision) -> VisionTransformer {
    var prepared = self
    prepared.embedding = embedding.prepared(precision)
    prepared.blocks = blocks.map { $0.prepared(precision) }
    return prepared
  }

  func preparedByteCount(_ precision: MatrixPrecision) -> Int {
    let plan = MatrixPlan(packed: precision)
    let bytes = blocks.reduce(embedding.preparedByteCount(plan)) { $0 + $1.preparedByteCount(plan) }
    // A head, where a family has one, is hardly larger than a block.
    return bytes + bytes / max(blocks.count, 1)
  }

  var mlpWidth: Int { blocks.map(\.mlpWidth).max() ?? 0 }

  var hiddenSize: Int { embedding.hiddenSize }
  var layers: Int { blocks.count }
  var patchSize: Int { embedding.patchSize }
  var hasClassToken: Bool { embedding.hasClassToken }
  var registers: Int { embedding.registers }

  func grid(width: Int, height: Int) throws(EncodingError) -> PatchGrid {
    try embedding.grid(width: width, height: height)
  }

  func hiddenStates(_ pixels: Tensor, numbers: Set<Int>) throws(EncodingError) -> [Int: Tensor] {
    if let number = numbers.first(where: { $0 < 0 || $0 > layers }) {
      throw .noSuchHiddenState(number: number, layers: layers)
    }
    precondition(pixels.shape.count == 4 && pixels.shape[1] == embedding.channels, "no pixels: \(pixels.shape)")
    _ = try grid(width: pixels.shape[3], height: pixels.shape[2])
    return pixels.mappingStates { states($0, numbers: numbers) }
  }

  private func states(_ pixels: Tensor, numbers: Set<Int>) -> [Int: Tensor] {
    var x = embedding(pixels)
    if let inputNorm { x = inputNorm(x) }
    var states: [Int: Tensor] = [:]
    if numbers.contains(0) { states[0] = x }
    for index in 0..<(numbers.max() ?? 0) {
      blocks[index].apply(to: &x)
      if numbers.contains(index + 1) { states[index + 1] = x }
    }
    return states
  }
}

/// An encoder that is a vision transformer with perhaps a head: a family says how its checkpoints name things, and what
/// its head is.
package protocol VisionTransformerFamily: VisionEncoder {
  var transformer: VisionTransformer { get }
}

extension VisionTransformerFamily {
  /// The norm after the last block, which belongs to the model but to no hidden state.
  package var finalNorm: LayerNorm { transformer.finalNorm }

  package func lastHiddenState(of lastState: Tensor) -> Tensor { finalNorm(lastState) }
}

extension VisionTransformerFamily {
  package var hiddenSize: Int { transformer.hiddenSize }
  package var layers: Int { transformer.layers }
  package var mlpWidth: Int { transformer.mlpWidth }
  package var patchSize: Int { transformer.patchSize }
  package var hasClassToken: Bool { transformer.hasClassToken }
  package var registers: Int { transformer.registers }

  package func grid(width: Int, height: Int) throws(EncodingError) -> PatchGrid {
    try transformer.grid(width: width, height: height)
  }

  package func preparedByteCount(_ precision: MatrixPrecision) -> Int { transformer.preparedByteCount(precision) }

  package func hiddenStates(_ pixels: Tensor, numbers: Set<Int>) throws(EncodingError) -> [Int: Tensor] {
    try transformer.hiddenStates(pixels, numbers: numbers)
  }
}
