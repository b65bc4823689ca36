extension TextDecoder {
  /// Generates a text from each prefix, all as one batch.
  ///
  /// - Throws: as `generate(from:startTokens:options:…)`; `DecodingError`.
  package func generate(
    from prefixes: [Prefix], startTokens: [Int], options: GenerationOptions, tokenBytes: ((Int) -> [UInt8])? = nil
  ) throws -> [GeneratedSequence] {
    try generate(
      from: prefixes, startTokens: prefixes.map { _ in startTokens }, options: options, tokenBytes: tokenBytes)
  }

  /// The same with each row's own first tokens. Prefixes may be of any lengths and of different tasks: the text of a
  /// row does not depend on the other rows.
  ///
  /// - Parameters:
  ///   - startTokens: one list per prefix, each of at least one token.
  ///   - rowSeeds: for sampling, one number per prefix; its index by default.
  /// - Throws: as `generate(from:startTokens:options:…)`; `DecodingError`.
  package func generate(
    from prefixes: [Prefix], startTokens: [[Int]], options: GenerationOptions, rowSeeds: [UInt64]? = nil,
    tokenBytes: ((Int) -> [UInt8])? = nil
  ) throws -> [GeneratedSequence] {
    try TextDecoding.generate(
      from: DecoderStepper(decoder: self, cache: try cache(prefixes: prefixes)), startTokens: startTokens,
      options: options, rowSeeds: rowSeeds, tokenBytes: tokenBytes)
  }
}
