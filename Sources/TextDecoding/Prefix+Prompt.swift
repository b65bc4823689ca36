extension TextDecoder {
  /// The keys and values of a text: a prefix with the same effect as reading the text.
  ///
  /// - Parameter tokens: the text's tokens, at least one; the prefix has one position for each.
  /// - Throws: `DecodingError`.
  package func prefix(of tokens: [Int]) throws(DecodingError) -> Prefix {
    var cache = try cache(prefixes: [nil])
    _ = try hiddenStates([tokens], cache: &cache)
    return cache.prefix(ofRow: 0)
  }
}
