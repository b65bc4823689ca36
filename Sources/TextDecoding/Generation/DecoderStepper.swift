package import Tensors

/// A decoder and its cache as generation sees them.
package struct DecoderStepper<Decoder: TextDecoder>: TokenStepper {
  private let decoder: Decoder
  private var cache: KVCache

  /// Rows start where the cache ends, usually at the end of their prefixes.
  package init(decoder: Decoder, cache: KVCache) {
    self.decoder = decoder
    self.cache = cache
  }

  package var rowCount: Int { cache.rowCount }
  package var vocabularySize: Int { decoder.vocabularySize }

  /// Adds a row that starts from `prefix`.
  ///
  /// - Throws: `DecodingError.prefixMismatch`; no row is added then.
  package mutating func append(_ prefix: Prefix?) throws(DecodingError) {
    try cache.append(prefix)
  }

  package func canBeginByItself(row: Int) -> Bool { cache.nextLogits(ofRow: row) != nil }

  package mutating func step(_ tokens: [[Int]]) throws -> Tensor {
    try decoder.lastLogits(tokens, cache: &cache)
  }

  package mutating func select(rows: [Int]) {
    cache.select(rows: rows)
  }
}
