extension TextDecoder {
  /// Lets a text grow from each prefix, all as one batch.
  ///
  /// - Throws: as `generate(from:startTokens:options:…)`; `DecodingError`.
  package func generate(
    from prefixes: [Prefix], startTokens: [Int], options: GenerationOptions, tokenBytes: ((Int) -> [UInt8])? = nil
  ) throws -> [GeneratedSequence] {
    try generate(
      from: prefixes, startTokens: prefixes.map { _ in startTokens }, options: options, tokenBytes: tokenBytes)
  }

  /// The same with each row's own first tokens. Prefixes may be of any lengths and of different tasks: what a row becomes does
  /// not depend on those beside it.
  ///
  /// - Parameters:
  ///   - startTokens: one list a prefix, of any length of at least one.
  ///   - rowSeeds: for sampling, one number a prefix; its index by default.
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
