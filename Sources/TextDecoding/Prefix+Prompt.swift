extension TextDecoder {
  /// The keys and values of a text: the prefix that is as good as having read it.
  ///
  /// - Parameter tokens: at least one; as many positions as the prefix will have.
  /// - Throws: `DecodingError`.
  package func prefix(of tokens: [Int]) throws(DecodingError) -> Prefix {
    var cache = try cache(prefixes: [nil])
    _ = try hiddenStates([tokens], cache: &cache)
    return cache.prefix(ofRow: 0)
  }
}
