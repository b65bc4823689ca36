public import Tensors

/// A decoder and its cache as generation sees them.
public struct DecoderStepper<Decoder: TextDecoder>: TokenStepper {
  private let decoder: Decoder
  private var cache: KVCache

  /// Rows start where the cache stands, usually at the end of their prefixes.
  public init(decoder: Decoder, cache: KVCache) {
    self.decoder = decoder
    self.cache = cache
  }

  public var rowCount: Int { cache.rowCount }
  public var vocabularySize: Int { decoder.vocabularySize }

  /// Adds a row that starts from `prefix`.
  ///
  /// - Throws: `DecodingError.prefixMismatch`; no row is added then.
  public mutating func append(_ prefix: Prefix?) throws(DecodingError) {
    try cache.append(prefix)
  }

  public func canBeginByItself(row: Int) -> Bool { cache.nextLogits(ofRow: row) != nil }

  public mutating func step(_ tokens: [[Int]]) throws -> Tensor {
    try decoder.lastLogits(tokens, cache: &cache)
  }

  public mutating func select(rows: [Int]) {
    cache.select(rows: rows)
  }
}
