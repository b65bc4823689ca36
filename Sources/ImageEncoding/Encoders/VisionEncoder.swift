public import Tensors

/// A frozen vision transformer that turns images into rows of features.
public protocol VisionEncoder: Sendable {
  /// Width of every hidden state.
  var hiddenSize: Int { get }

  /// Blocks; hidden state 0 is the embedding's output and `layers` the last block's.
  var layers: Int { get }

  /// Side of a square patch in pixels.
  var patchSize: Int { get }

  /// The norm after the last block, which belongs to the model but to no hidden state.
  var finalNorm: LayerNorm { get }

  /// The hidden states of these numbers, each `[batch, 1 + patches, hiddenSize]`: the class token, then the patches row by
  /// row. No final norm is applied to any. Blocks after the last one that is asked for are not computed.
  ///
  /// - Parameter pixels: `[batch, 3, height, width]`, normalised.
  /// - Throws: `EncodingError`.
  func hiddenStates(_ pixels: Tensor, numbers: Set<Int>) throws(EncodingError) -> [Int: Tensor]

  /// The same encoder, its matrices laid out for products in this precision. Norms, activations and sums stay in f32.
  func prepared(_ precision: MatrixPrecision) -> Self
}

/// What an encoder cannot do with what it is given.
public enum EncodingError: Error, Equatable, Sendable, CustomStringConvertible {
  case unsuitableSize(width: Int, height: Int, patchSize: Int)
  case noSuchHiddenState(number: Int, layers: Int)
  case unevenGrid(grid: [Int], patches: [Int])

  public var description: String {
    switch self {
    case .unsuitableSize(let width, let height, let patchSize):
      "an encoder with patches of \(patchSize) pixels cannot read \(width)x\(height) pixels: set width and height of the "
        + "preprocessing in captioner.json to multiples of \(patchSize)"
    case .noSuchHiddenState(let number, let layers):
      "the encoder has hidden states 0 to \(layers), not \(number): correct features in captioner.json"
    case .unevenGrid(let grid, let patches):
      "\(patches[0])x\(patches[1]) patches cannot be averaged to a grid of \(grid[0])x\(grid[1]): set grid in "
        + "captioner.json to divisors"
    }
  }
}
