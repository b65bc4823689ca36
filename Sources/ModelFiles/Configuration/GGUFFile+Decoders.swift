import Tensors

/// What GGUF files of several decoder families say in the same way.
extension GGUFFile {
  static let beginningOfSequenceKey = "tokenizer.ggml.bos_token_id"
  static let endOfSequenceKey = "tokenizer.ggml.eos_token_id"

  /// Rows of the token embedding where there is one, and tokens of the list otherwise.
  func vocabularySize(hiddenSize: Int) throws(ModelFileError) -> Int {
    let tokens = try metadata.arrayIfPresent("tokenizer.ggml.tokens")?.count
    let embedding = "token_embd.weight"
    guard let shape = shape(ofTensor: embedding) else {
      guard let tokens else { throw .missingValue(path: path, key: "tokenizer.ggml.tokens") }
      return try checked("tokenizer.ggml.tokens", tokens)
    }
    guard shape.count == 2, shape[1] == hiddenSize else {
      throw .unexpectedShape(
        path: path, key: embedding, expected: [tokens ?? shape.first ?? 0, hiddenSize], found: shape)
    }
    // Rows beyond the tokens are padding; tokens beyond the rows could not be embedded.
    guard (tokens ?? 0) <= shape[0] else {
      throw metadata.invalid(
        "tokenizer.ggml.tokens", "has \(tokens ?? 0) tokens, more than the \(shape[0]) rows of \(embedding)")
    }
    return try checked(embedding, shape[0])
  }

  private func checked(_ key: String, _ size: Int) throws(ModelFileError) -> Int {
    guard HyperparameterBounds.vocabulary.contains(size) else {
      throw metadata.invalid(key, "gives a vocabulary of \(size), outside of \(HyperparameterBounds.vocabulary)")
    }
    return size
  }

  /// How rotary positions are scaled: by a factor in the metadata, or by the divisors that newer files hold as a tensor.
  func rotaryScaling(
    _ architecture: String, headDimension: Int
  ) throws(ModelFileError) -> RotaryEmbedding.Scaling {
    let key = "\(architecture).rope.scaling.type"
    switch try metadata.stringIfPresent(key) ?? "none" {
    case "none": break
    case "linear":
      return .linear(factor: try metadata.positiveFloat("\(architecture).rope.scaling.factor", atMost: 1e6))
    case let other:
      throw metadata.invalid(key, "is '\(other.prefix(60))', and only none and linear are supported here")
    }
    let divisors = "rope_freqs.weight"
    guard shape(ofTensor: divisors) != nil else { return .none }
    let values = try WeightReader(self).float32(divisors, shape: [headDimension / 2]).values
    guard values.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw metadata.invalid(divisors, "holds a divisor that is not above 0")
    }
    return .divisors(values)
  }
}
