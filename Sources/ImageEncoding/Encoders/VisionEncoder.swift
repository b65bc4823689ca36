package import Tensors

/// A frozen vision transformer or convolutional net that turns images into rows of features.
package protocol VisionEncoder: Sendable {
  /// Width of the last hidden state; for a vision transformer, of all hidden states.
  var hiddenSize: Int { get }

  /// The number of blocks; hidden state 0 is the input of the first block and `layers` the output of the last one.
  var layers: Int { get }

  /// Side in pixels of the square that a token of the last hidden state stands for: a vision transformer's patch.
  var patchSize: Int { get }

  /// Whether hidden states begin with a class token.
  var hasClassToken: Bool { get }

  /// How many register tokens come before the patches, after the class token (Darcet et al. 2024).
  var registers: Int { get }

  /// How many patches an image of this size in pixels has, in the last hidden state.
  ///
  /// - Throws: `EncodingError.unsuitableSize`.
  func grid(width: Int, height: Int) throws(EncodingError) -> PatchGrid

  /// The same for any hidden state; those of a convolutional net differ.
  ///
  /// - Throws: `EncodingError.unsuitableSize`.
  func grid(ofHiddenState number: Int, width: Int, height: Int) throws(EncodingError) -> PatchGrid

  /// Width of a hidden state; those of a convolutional net differ.
  func width(ofHiddenState number: Int) -> Int

  /// The hidden states of these numbers, each `[batch, tokens, width(ofHiddenState: number)]`: the class token and
  /// registers where the encoder has them, then the patches row by row. No final norm is applied to any. Blocks after
  /// the last one that is asked for are not computed.
  ///
  /// - Parameter pixels: `[batch, 3, height, width]`, normalised.
  /// - Throws: `EncodingError`.
  func hiddenStates(_ pixels: Tensor, numbers: Set<Int>) throws(EncodingError) -> [Int: Tensor]

  /// What transformers calls `last_hidden_state`.
  ///
  /// - Parameter lastState: hidden state `layers`, `[batch, tokens, hiddenSize]`.
  /// - Returns: the same shape, after the final norm where that serves all tokens.
  func lastHiddenState(of lastState: Tensor) -> Tensor

  /// How wide an output of the whole model is; `nil` where it has none.
  func width(of output: EncoderOutput) -> Int?

  /// An output of the whole model.
  ///
  /// - Parameter lastState: hidden state `layers`, `[batch, tokens, hiddenSize]`.
  /// - Returns: `[batch, 1, width(of: output)]`; `nil` where the model has none.
  func output(_ output: EncoderOutput, of lastState: Tensor) -> Tensor?

  /// The most numbers that the MLP of a block has for a token, gates included.
  var mlpWidth: Int { get }

  /// The most bytes that encoding takes besides the pixels and the weights.
  ///
  /// - Parameters:
  ///   - images: how many images of `width` × `height` pixels are encoded at once.
  ///   - states: how many hidden states are kept, or copied.
  /// - Throws: `EncodingError.unsuitableSize`.
  func workingBytes(images: Int, width: Int, height: Int, states: Int) throws(EncodingError) -> Int

  /// The most bytes that `prepared(_:)` takes.
  func preparedByteCount(_ precision: MatrixPrecision) -> Int

  /// The same encoder, its matrices packed for products in this precision. Norms, activations and sums stay in f32.
  func prepared(_ precision: MatrixPrecision) -> Self
}

/// One row for the whole image.
package enum EncoderOutput: String, Sendable {
  /// What transformers calls `pooler_output`.
  case pooled
  /// The pooled output in the space that images share with texts: `image_embeds`.
  case projected
  /// A number for each class that the model was trained to tell apart, before softmax.
  case logits
}

extension VisionEncoder {
  package var hasClassToken: Bool { true }
  package var registers: Int { 0 }

  package func grid(width: Int, height: Int) throws(EncodingError) -> PatchGrid {
    guard width > 0, height > 0, width % patchSize == 0, height % patchSize == 0 else {
      throw .unsuitableSize(width: width, height: height, patchSize: patchSize)
    }
    return PatchGrid(rows: height / patchSize, columns: width / patchSize)
  }

  package func grid(ofHiddenState number: Int, width: Int, height: Int) throws(EncodingError) -> PatchGrid {
    try grid(width: width, height: height)
  }

  package func width(ofHiddenState number: Int) -> Int { hiddenSize }
  package func lastHiddenState(of lastState: Tensor) -> Tensor { lastState }
  package func width(of output: EncoderOutput) -> Int? { nil }
  package func output(_ output: EncoderOutput, of lastState: Tensor) -> Tensor? { nil }
}

/// Why an encoder cannot encode what it is given.
package enum EncodingError: Error, Equatable, Sendable, CustomStringConvertible {
  case unsuitableSize(width: Int, height: Int, patchSize: Int)
  case noSuchHiddenState(number: Int, layers: Int)
  case unevenGrid(grid: [Int], patches: [Int])
  case noClassToken
  /// - Parameter output: `pooled`, `projected` or `logits`.
  case noOutput(output: String)
  /// An output of the whole model was asked of an earlier block.
  case outputBeforeLastLayer(output: String, number: Int, layers: Int)

  package var description: String {
    switch self {
    case .unsuitableSize(let width, let height, let patchSize):
      "an encoder with patches of \(patchSize) pixels cannot read \(width)x\(height) pixels: set width and height of the "
        + "preprocessing in captioner.json to multiples of \(patchSize)"
    case .noSuchHiddenState(let number, let layers):
      "the encoder has hidden states 0 to \(layers), not \(number): correct features in captioner.json"
    case .unevenGrid(let grid, let patches):
      "\(patches[0])x\(patches[1]) patches cannot be averaged to a grid of \(grid[0])x\(grid[1]): set grid in "
        + "captioner.json to divisors"
    case .noClassToken:
      "the encoder has no class token: ask for patches or pooled instead of class in features in captioner.json"
    case .noOutput(let output):
      "the encoder, or its file, has no \(output) output: ask for other tokens in features in captioner.json"
    case .outputBeforeLastLayer(let output, let number, let layers):
      "the \(output) output is that of the last hidden state, \(layers), not of \(number): correct features in "
        + "captioner.json"
    }
  }
}
