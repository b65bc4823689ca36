package import Tensors

/// A frozen causal language model that starts from prefixes.
package protocol TextDecoder: Sendable {
  var vocabularySize: Int { get }

  /// The shape of a prefix for this decoder, at length 0.
  var prefixShape: Prefix.Shape { get }

  /// Reads `tokens[row]` after the row's content in the cache, and adds them to the cache.
  ///
  /// - Parameter tokens: one list a row of the cache; lists may differ in length but none is empty.
  /// - Returns: the hidden states of all tokens after the final norm, row after row, `[sum of counts, hidden]`.
  /// - Throws: `DecodingError.tokenOutOfRange`, `.contextFull`; the cache is unchanged then.
  func hiddenStates(_ tokens: [[Int]], cache: inout KVCache) throws(DecodingError) -> Tensor

  /// The width of the embedding of a token, or of a prompt's position that is not a token.
  var embeddingWidth: Int { get }

  /// The embeddings of tokens, `[tokens, embeddingWidth]`, without positions.
  ///
  /// - Throws: `DecodingError.tokenOutOfRange`.
  func embeddings(of tokens: [Int]) throws(DecodingError) -> Tensor

  /// As `hiddenStates(_:cache:)`, for embeddings that need not belong to tokens (Lester et al. 2021, "prompt tuning").
  ///
  /// - Parameter embeddings: `[count, embeddingWidth]` for each row; none is empty.
  func hiddenStates(ofEmbeddings embeddings: [Tensor], cache: inout KVCache) throws(DecodingError) -> Tensor

  /// `[rows, hidden]` → `[rows, vocabularySize]`.
  func logits(_ hiddenStates: Tensor) -> Tensor

  /// How badly the decoder predicts texts from the prefixes of their images: the cross-entropy of every token of a text
  /// given those before it, times the token's weight where there are weights (`PackedCaptions.weights`). Its gradient
  /// can be traced back to the prefixes.
  ///
  /// - Parameters:
  ///   - prefixes: `[images, layers, 2, keyValueHeads, length, headDimension]`.
  ///   - labelSmoothing: the share of probability that targets spread evenly over all tokens.
  ///   - divisor: what the sum over tokens is divided by; by default their number, which gives the mean.
  /// - Returns: a scalar.
  /// - Throws: `DecodingError`.
  func loss(
    of captions: PackedCaptions, prefixes: Variable, labelSmoothing: Double, divisor: Double?
  ) throws(DecodingError) -> Variable

  /// As `loss(of:prefixes:…)`, with embeddings before the first token of each text instead of keys and values.
  ///
  /// - Parameter prompts: `[images, length, embeddingWidth]`.
  func loss(
    of captions: PackedCaptions, prompts: Variable, labelSmoothing: Double, divisor: Double?
  ) throws(DecodingError) -> Variable

  /// The same prefix for positions `offset ..< offset + length`: its keys as they would stand there.
  ///
  /// - Throws: `DecodingError.fixedPositions` where positions cannot be separated from keys, as with learnt ones, which
  ///   are added to embeddings; that is the default.
  func moved(_ prefix: Prefix, by offset: Int) throws(DecodingError) -> Prefix

  /// The largest number of bytes that `prepared(_:)` takes.
  func preparedByteCount(_ plan: MatrixPlan) -> Int

  /// The same decoder, its matrices made ready to multiply as `plan` says: see `Linear.prepared(_:)`.
  func prepared(_ plan: MatrixPlan) -> Self
}

extension TextDecoder {
  package func moved(_ prefix: Prefix, by offset: Int) throws(DecodingError) -> Prefix {
    if offset == 0 { return prefix }
    throw .fixedPositions
  }

  /// A cache whose rows start from these prefixes.
  ///
  /// - Throws: `DecodingError.prefixMismatch`.
  package func cache(prefixes: [Prefix?]) throws(DecodingError) -> KVCache {
    try KVCache(shape: prefixShape, prefixes: prefixes)
  }

  /// The prefix of a prompt of embeddings: its keys and values in every layer, which are all that text behind it sees.
  ///
  /// - Parameter embeddings: `[length, embeddingWidth]`.
  /// - Throws: `DecodingError.contextFull`.
  package func prefix(ofEmbeddings embeddings: Tensor) throws(DecodingError) -> Prefix {
    var cache = try cache(prefixes: [nil])
    guard embeddings.rows > 0 else { return cache.prefix(ofRow: 0) }
    let hidden = try hiddenStates(ofEmbeddings: [embeddings], cache: &cache)
    let logits = logits(hidden.rows(hidden.rows - 1..<hidden.rows))
    return Prefix(keysValues: cache.prefix(ofRow: 0).keysValues, nextLogits: logits.reshaped([vocabularySize]))
  }

  /// Logits after the last of each row's tokens, `[rows, vocabularySize]`.
  ///
  /// - Parameter tokens: as in `hiddenStates(_:cache:)`, but a row whose prefix has `nextLogits` may have none.
  /// - Throws: as `hiddenStates(_:cache:)`; `DecodingError.nothingToRead` where a row has neither.
  package func lastLogits(_ tokens: [[Int]], cache: inout KVCache) throws(DecodingError) -> Tensor {
    let known = tokens.indices.map { tokens[$0].isEmpty ? cache.nextLogits(ofRow: $0) : nil }
    if let row = tokens.indices.first(where: { tokens[$0].isEmpty && known[$0] == nil }) {
      throw .nothingToRead(row: row)
    }
    let reading = tokens.indices.filter { !tokens[$0].isEmpty }
    if reading.isEmpty { return Tensor.stackedRows(known.compactMap(\.self), columns: vocabularySize) }
    let hidden = try hiddenStates(tokens, cache: &cache)
    let logits = logits(
      reading.count == hidden.rows ? hidden : hidden.lastRows(ofLists: reading.map { tokens[$0].count }))
    if reading.count == tokens.count { return logits }
    var place = 0
    let rows = known.map { known in
      if let known { return known }
      defer { place += 1 }
      return logits.rows(place..<place + 1)
    }
    return Tensor.stackedRows(rows, columns: vocabularySize)
  }
}

extension Tensor {
  /// The last row of each list, where `self` holds lists of rows one after the other.
  fileprivate func lastRows(ofLists counts: [Int]) -> Tensor {
    let columns = columns
    var last = Tensor(uninitialized: [counts.count, columns])
    var end = 0
    for (row, count) in counts.enumerated() {
      end += count
      withPointer { source in
        last.withMutablePointer { ($0 + row * columns).update(from: source + (end - 1) * columns, count: columns) }
      }
    }
    return last
  }

  fileprivate static func stackedRows(_ rows: [Tensor], columns: Int) -> Tensor {
    var out = Tensor(uninitialized: [rows.count, columns])
    for (index, row) in rows.enumerated() {
      row.withPointer { source in
        out.withMutablePointer { ($0 + index * columns).update(from: source, count: columns) }
      }
    }
    return out
  }
}
