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
}

extension TextDecoder {
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
