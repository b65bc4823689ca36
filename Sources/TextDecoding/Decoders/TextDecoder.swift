public import Tensors

/// A frozen causal language model that starts from prefixes.
public protocol TextDecoder: Sendable {
  var vocabularySize: Int { get }

  /// What a prefix for this decoder looks like, at length 0.
  var prefixShape: Prefix.Shape { get }

  /// Reads `tokens[row]` after what the cache holds of that row, and adds them to the cache.
  ///
  /// - Parameter tokens: one list a row of the cache; lists may differ in length but none is empty.
  /// - Returns: hidden states after the final norm of all tokens, row after row, `[sum of counts, hidden]`.
  /// - Throws: `DecodingError.tokenOutOfRange`, `.contextFull`; the cache is unchanged then.
  func hiddenStates(_ tokens: [[Int]], cache: inout KVCache) throws(DecodingError) -> Tensor

  /// `[rows, hidden]` → `[rows, vocabularySize]`.
  func logits(_ hiddenStates: Tensor) -> Tensor

  /// How badly the decoder foretells texts from the prefixes of their images: the cross-entropy of every token of a text
  /// given those before it, the gradient of which can be traced back to the prefixes.
  ///
  /// - Parameters:
  ///   - prefixes: `[images, layers, 2, keyValueHeads, length, headDimension]`.
  ///   - labelSmoothing: the share of probability that targets give to all tokens alike.
  ///   - divisor: of the sum over tokens; their number, and so the mean, by default.
  /// - Returns: a scalar.
  /// - Throws: `DecodingError`.
  func loss(
    of captions: PackedCaptions, prefixes: Variable, labelSmoothing: Double, divisor: Double?
  ) throws(DecodingError) -> Variable

  /// The same prefix for positions `offset ..< offset + length`: its keys as they would stand there.
  ///
  /// - Throws: `DecodingError.fixedPositions` where positions cannot be told from keys, as with learnt ones, which are added
  ///   to embeddings; that is the default.
  func moved(_ prefix: Prefix, by offset: Int) throws(DecodingError) -> Prefix

  /// The same decoder, its matrices made ready to multiply as `plan` says: see `Linear.prepared(_:)`.
  func prepared(_ plan: MatrixPlan) -> Self
}

extension TextDecoder {
  public func moved(_ prefix: Prefix, by offset: Int) throws(DecodingError) -> Prefix {
    if offset == 0 { return prefix }
    throw .fixedPositions
  }

  /// A cache whose rows start from these prefixes.
  ///
  /// - Throws: `DecodingError.prefixMismatch`.
  public func cache(prefixes: [Prefix?]) throws(DecodingError) -> KVCache {
    try KVCache(shape: prefixShape, prefixes: prefixes)
  }

  /// Logits after the last of each row's tokens, `[rows, vocabularySize]`.
  ///
  /// - Throws: as `hiddenStates(_:cache:)`.
  public func lastLogits(_ tokens: [[Int]], cache: inout KVCache) throws(DecodingError) -> Tensor {
    let hidden = try hiddenStates(tokens, cache: &cache)
    if tokens.count == hidden.rows { return logits(hidden) }
    var last = Tensor(uninitialized: [tokens.count, hidden.columns])
    let columns = hidden.columns
    var end = 0
    for (row, list) in tokens.enumerated() {
      end += list.count
      hidden.withPointer { source in
        last.withMutablePointer { ($0 + row * columns).update(from: source + (end - 1) * columns, count: columns) }
      }
    }
    return logits(last)
  }
}
