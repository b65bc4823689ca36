extension TextDecoder {
  /// Lets a text grow from each prefix, all as one batch.
  ///
  /// - Throws: as `generate(from:startTokens:options:…)`; `DecodingError`.
  public func generate(
    from prefixes: [Prefix], startTokens: [Int], options: GenerationOptions, tokenBytes: ((Int) -> [UInt8])? = nil
  ) throws -> [GeneratedSequence] {
    try TextDecoding.generate(
      from: DecoderStepper(decoder: self, cache: try cache(prefixes: prefixes)),
      startTokens: prefixes.map { _ in startTokens }, options: options, tokenBytes: tokenBytes)
  }
}
