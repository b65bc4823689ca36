package import ImageEncoding
import ModelFiles
import PrefixMapping
package import TextDecoding

extension Captioner {
  /// The decoder that the captioner's prefixes are for.
  package var prefixBase: PrefixBase { CaptionerBases(self).prefixBase }

  /// The prefix of an image file; `-` is standard input.
  ///
  /// - Throws: `ImageDecodingError`, `EncodingError`.
  package func prefix(
    path: String, decoder imageDecoder: ImageDecoder, onWarning: (String) -> Void = { _ in }
  ) throws -> Prefix {
    var timings = StageTimings()
    return try see(path: path, decoder: imageDecoder, timings: &timings, onWarning: onWarning).prefixes[0]
  }

  /// Reads a prefix file that was made for this captioner's decoder.
  ///
  /// - Throws: `PrefixFileError`, `ModelFileError`.
  package func prefixFile(path: String) throws -> PrefixFile {
    let file = try PrefixFile(path: path)
    try file.check(path: path, fits: prefixBase, shape: decoder.prefixShape)
    return file
  }

  /// Generates a text from each prefix, all as one batch. Prefixes may be of any lengths and for any tasks.
  ///
  /// - Parameter prompts: the first tokens of each text, one list per prefix, each of at least one token.
  /// - Throws: `DecodingError`, `GenerationError`.
  package func generate(
    from prefixes: [Prefix], prompts: [[Int]], options: GenerationOptions
  ) throws -> [GeneratedSequence] {
    try decoder.generate(
      from: prefixes, startTokens: prompts, options: options,
      tokenBytes: options.stopStrings.isEmpty ? nil : { tokenizer.bytes(of: $0) })
  }
}

extension CaptionerBases {
  /// The decoder that their prefixes are for.
  package var prefixBase: PrefixBase {
    PrefixBase(sha256: decoderSettings.sha256, name: Path.name(decoderSettings.path))
  }
}
