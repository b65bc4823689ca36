package import ImageEncoding
import ModelFiles
import PrefixMapping
package import TextDecoding

extension Captioner {
  /// Which decoder the captioner's prefixes are for.
  package var prefixBase: PrefixBase { CaptionerBases(self).prefixBase }

  /// What the image says to the decoder; `-` is standard input.
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

  /// Lets a text grow from each prefix, all as one batch, whatever their lengths and whatever they were made for.
  ///
  /// - Parameter prompts: tokens that each text begins with, one list a prefix, of any length of at least one.
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
  /// Which decoder their prefixes are for.
  package var prefixBase: PrefixBase {
    PrefixBase(sha256: decoderSettings.sha256, name: Path.name(decoderSettings.path))
  }
}
