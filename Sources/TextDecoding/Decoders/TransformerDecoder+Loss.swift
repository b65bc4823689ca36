import ModelFiles
package import Tensors

extension TransformerDecoder {
  package func loss(
    of captions: PackedCaptions, prefixes: Variable, labelSmoothing: Double, divisor: Double?
  ) throws(DecodingError) -> Variable {
    crossEntropy(
      try hiddenStates(of: captions, prefixes: prefixes), captions, labelSmoothing: labelSmoothing, divisor: divisor)
  }

  package func loss(
    of captions: PackedCaptions, prompts: Variable, labelSmoothing: Double, divisor: Double?
  ) throws(DecodingError) -> Variable {
    crossEntropy(
      try hiddenStates(of: captions, prompts: prompts), captions, labelSmoothing: labelSmoothing, divisor: divisor)
  }

  private func crossEntropy(
    _ hidden: Variable, _ captions: PackedCaptions, labelSmoothing: Double, divisor: Double?
  ) -> Variable {
    head.crossEntropy(
      captions.foretellingInputs.map { hidden.rows($0) } ?? hidden, targets: captions.targets,
      weights: captions.weights, labelSmoothing: labelSmoothing, divisor: divisor)
  }

  /// The hidden states of every input token after the final norm, `[tokens, hidden]`.
  package func hiddenStates(of captions: PackedCaptions, prefixes: Variable) throws(DecodingError) -> Variable {
    let dimensions = Array(prefixes.shape.dropFirst())
    let prefixLength = dimensions.count == 5 ? dimensions[3] : 0
    var expected = prefixShape.dimensions
    expected[3] = prefixLength
    guard dimensions == expected, prefixes.shape[0] == captions.sequences.imageCount else {
      throw .prefixMismatch(prefix: dimensions, decoder: prefixShape.dimensions)
    }
    try check(captions.inputs + captions.targets)
    return try hiddenStates(
      embedding.embed(captions.inputs), sequences: captions.sequences, prefixes: prefixes, prefixLength: prefixLength)
  }

  /// As `hiddenStates(of:prefixes:)`, each text behind its image's prompt.
  ///
  /// - Parameter prompts: `[images, length, embeddingWidth]`.
  package func hiddenStates(of captions: PackedCaptions, prompts: Variable) throws(DecodingError) -> Variable {
    let sequences = captions.sequences
    guard prompts.shape.count == 3, prompts.shape[0] == sequences.imageCount, prompts.shape[2] == embeddingWidth else {
      throw .promptMismatch(prompts: prompts.shape, embeddingWidth: embeddingWidth)
    }
    try check(captions.inputs + captions.targets)
    let (images, length) = (sequences.imageCount, prompts.shape[1])
    // Prompts first, then all texts: where the rows of each sequence come from, and which rows are text.
    let rows = Variable.concatenatedTokens([
      prompts.reshaped([1, images * length, embeddingWidth]),
      embedding.embed(captions.inputs).reshaped([1, captions.inputs.count, embeddingWidth]),
    ])
    var (order, text): ([Int], [Int]) = ([], [])
    var (caption, token) = (0, images * length)
    for (image, count) in sequences.sequencesPerImage.enumerated() {
      for _ in 0..<count {
        order += image * length..<(image + 1) * length
        text += order.count..<order.count + sequences.lengths[caption]
        order += token..<token + sequences.lengths[caption]
        token += sequences.lengths[caption]
        caption += 1
      }
    }
    let joined = PackedSequences(
      lengths: sequences.lengths.map { $0 + length }, sequencesPerImage: sequences.sequencesPerImage)
    let none = Variable(Tensor(zeros: [images] + prefixShape.dimensions))
    return try hiddenStates(rows.rows(order), sequences: joined, prefixes: none, prefixLength: 0).rows(text)
  }

  private func hiddenStates(
    _ embedded: Variable, sequences: PackedSequences, prefixes: Variable, prefixLength: Int
  ) throws(DecodingError) -> Variable {
    let length = prefixLength + (sequences.lengths.max() ?? 0)
    if length > maximumPositions { throw .contextFull(length: length, limit: maximumPositions) }
    // Layers with the same rotary embedding and window share what attention prepares.
    var attentions: [[Int?]: PrefixAttention] = [:]
    for layer in layers {
      let attention = layer.attention
      attentions[[attention.rotary, attention.window]] =
        attentions[[attention.rotary, attention.window]]
        ?? PrefixAttention(
          sequences: sequences, heads: heads.queries, keyValueHeads: heads.keyValues, headDimension: heads.dimension,
          prefixLength: prefixLength, rotary: attention.rotary.map { rotaries[$0] }, layout: pairLayout,
          window: attention.window)
    }
    let places = sequences.lengths.flatMap { prefixLength..<prefixLength + $0 }
    return transform(embedding.adding(positions: places, to: embedded)) { qkv, index in
      let attention = layers[index].attention
      guard let attend = attentions[[attention.rotary, attention.window]] else {
        preconditionFailure("layer \(index) has no attention")
      }
      return attend(qkv, prefixes: prefixes, layer: index)
    }
  }
}
