package import ModelFiles
package import Tensors
package import TextDecoding

/// The part that is trained between encoder and decoder. It makes the keys and values of every layer, or a prompt of
/// embeddings from which the frozen decoder makes them.
package enum Mapper: Sendable {
  case prefix(any PrefixMapper)
  case prompt(any PromptMapper)

  /// The layout of the features that it was trained on; `nil` where it reads none and one prefix serves everything.
  package var featureLayout: FeatureLayout? {
    switch self {
    case .prefix(let mapper): mapper.featureLayout
    case .prompt(let mapper): mapper.featureLayout
    }
  }

  /// The number of positions of the prefix.
  package var length: Int {
    switch self {
    case .prefix(let mapper): mapper.prefixShape.length
    case .prompt(let mapper): mapper.promptShape[0]
    }
  }

  /// The shape of its output, for messages: `[layers, 2, heads, length, head dimension]` or `[length, width]`.
  package var outputShape: [Int] {
    switch self {
    case .prefix(let mapper): mapper.prefixShape.dimensions
    case .prompt(let mapper): mapper.promptShape
    }
  }

  /// The shape that this decoder needs.
  package func outputShape(for decoder: any TextDecoder) -> [Int] {
    switch self {
    case .prefix:
      var shape = decoder.prefixShape.dimensions
      shape[3] = length
      return shape
    case .prompt: return [length, decoder.embeddingWidth]
    }
  }

  /// - Parameters:
  ///   - features: `[batch, …]`, of the shape of `featureLayout`.
  ///   - dropout: the dropout of training; none otherwise.
  /// - Returns: one prefix for each item of the batch.
  /// - Throws: `DecodingError` where a prompt does not fit the decoder's positions.
  /// - Precondition: `features` agrees with `featureLayout`, where there is one.
  package func prefixes(
    _ features: Tensor, decoder: any TextDecoder, dropout: Dropout = .none
  ) throws(DecodingError) -> [Prefix] {
    switch self {
    case .prefix(let mapper): return mapper.prefixes(features, dropout: dropout)
    case .prompt(let mapper):
      let prompts = mapper.prompts(features, dropout: dropout).value
      let rows = prompts.reshaped([prompts.shape[0], prompts.shape[1] * prompts.shape[2]])
      var prefixes: [Prefix] = []
      for item in 0..<prompts.shape[0] {
        prefixes.append(
          try decoder.prefix(ofEmbeddings: rows.rows(item..<item + 1).reshaped(Array(prompts.shape.dropFirst()))))
      }
      return prefixes
    }
  }

  /// The decoder's loss on captions that follow the prefixes or prompts of their images.
  ///
  /// - Parameter features: `[images, …]`, of the shape of `featureLayout`.
  /// - Throws: `DecodingError`.
  package func loss(
    of captions: PackedCaptions, features: Tensor, decoder: any TextDecoder, dropout: Dropout = .none,
    labelSmoothing: Double, divisor: Double?
  ) throws(DecodingError) -> Variable {
    switch self {
    case .prefix(let mapper):
      try decoder.loss(
        of: captions, prefixes: mapper.keysValues(features, dropout: dropout), labelSmoothing: labelSmoothing,
        divisor: divisor)
    case .prompt(let mapper):
      try decoder.loss(
        of: captions, prompts: mapper.prompts(features, dropout: dropout), labelSmoothing: labelSmoothing,
        divisor: divisor)
    }
  }

  /// The same mapper, frozen: see `Linear.prepared(_:)`.
  package func prepared(_ plan: MatrixPlan) -> Mapper {
    switch self {
    case .prefix(let mapper): .prefix(mapper.prepared(plan))
    case .prompt(let mapper): .prompt(mapper.prepared(plan))
    }
  }
}
