import ModelFiles
public import Tensors

extension Llama {
  public func loss(
    of captions: PackedCaptions, prefixes: Variable, labelSmoothing: Double, divisor: Double?
  ) throws(DecodingError) -> Variable {
    let hidden = try hiddenStates(of: captions, prefixes: prefixes)
    return head.crossEntropy(
      hidden, targets: captions.targets, labelSmoothing: labelSmoothing, divisor: divisor)
  }

  /// Hidden states after the final norm of every input token, `[tokens, hidden]`.
  package func hiddenStates(of captions: PackedCaptions, prefixes: Variable) throws(DecodingError) -> Variable {
    let dimensions = Array(prefixes.shape.dropFirst())
    let prefixLength = dimensions.count == 5 ? dimensions[3] : 0
    var expected = prefixShape.dimensions
    expected[3] = prefixLength
    guard dimensions == expected, prefixes.shape[0] == captions.sequences.imageCount else {
      throw .prefixMismatch(prefix: dimensions, decoder: prefixShape.dimensions)
    }
    if let token = (captions.inputs + captions.targets).first(where: { $0 < 0 || $0 >= vocabularySize }) {
      throw .tokenOutOfRange(token: token, vocabularySize: vocabularySize)
    }
    let length = prefixLength + (captions.sequences.lengths.max() ?? 0)
    if length > configuration.maximumPositions {
      throw .contextFull(length: length, limit: configuration.maximumPositions)
    }
    let attention = PrefixAttention(
      sequences: captions.sequences, heads: configuration.attentionHeads, keyValueHeads: configuration.keyValueHeads,
      prefixLength: prefixLength, rotary: rotary, layout: pairLayout)
    return transform(embedding.embed(captions.inputs)) { qkv, layer in
      attention(qkv, prefixes: prefixes, layer: layer)
    }
  }
}
