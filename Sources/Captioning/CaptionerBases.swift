package import ModelFiles
package import TextDecoding

/// One or more frozen encoders and a frozen decoder, loaded, and their settings: all that surrounds a mapper in
/// training.
package struct CaptionerBases: Sendable {
  package let encoders: [CaptionerManifest.Encoder]
  package let decoderSettings: CaptionerManifest.Decoder
  /// The encoders' directories.
  package let encoderPaths: [String]
  /// A GGUF file, or a Hugging Face directory.
  package let decoderPath: String
  package let extractor: ImageFeatureExtractor
  package let decoder: any TextDecoder
  package let tokenizer: any Tokenizer

  /// Loads the bases of a pair.
  ///
  /// - Parameters:
  ///   - directory: the directory of `pair.json`.
  ///   - store: the store of the base models that it names.
  /// - Throws: `CaptionerManifestError`, `ModelStoreError`, `ModelFileError`, `CaptionerError`, `EncodingError`.
  package init(pairDirectory directory: String, store: ModelStore) throws {
    let pair = try BasePair(directory: directory)
    let found = try pair.resolve(in: directory, store: store)
    try self.init(pair, encoderPaths: found.encoders, decoderPath: found.decoder)
  }

  init(_ pair: BasePair, encoderPaths: [String], decoderPath: String) throws {
    encoders = pair.encoders
    decoderSettings = pair.decoder
    self.encoderPaths = encoderPaths
    self.decoderPath = decoderPath
    extractor = try ImageFeatureExtractor(pair.encoders, encoderDirectories: encoderPaths)
    (decoder, tokenizer) = try DecoderFamily.load(pair.decoder.family, from: decoderPath)
  }

  /// The bases of a captioner.
  package init(_ captioner: Captioner) {
    encoders = captioner.manifest.encoders
    decoderSettings = captioner.manifest.decoder
    encoderPaths = captioner.files.encoders
    decoderPath = captioner.files.decoder
    extractor = captioner.extractor
    decoder = captioner.decoder
    tokenizer = captioner.tokenizer
  }

  /// Greedy decoding, with the stop tokens and the longest caption of the settings.
  package var defaultOptions: GenerationOptions {
    GenerationOptions(
      maximumNewTokens: decoderSettings.maximumNewTokens, stopTokens: decoderSettings.stopTokens)
  }
}
