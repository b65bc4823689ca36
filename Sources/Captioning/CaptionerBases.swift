public import ModelFiles
public import TextDecoding

/// A frozen encoder and a frozen decoder, loaded, and how they are used: all that a mapper is trained between.
public struct CaptionerBases: Sendable {
  public let encoder: CaptionerManifest.Encoder
  public let decoderSettings: CaptionerManifest.Decoder
  /// The encoder's directory.
  public let encoderPath: String
  /// A GGUF file, or a Hugging Face directory.
  public let decoderPath: String
  public let extractor: ImageFeatureExtractor
  public let decoder: any TextDecoder
  public let tokenizer: any Tokenizer

  /// Those of a pair.
  ///
  /// - Parameters:
  ///   - directory: holds `pair.json`.
  ///   - store: where base models are that it names.
  /// - Throws: `CaptionerManifestError`, `ModelStoreError`, `ModelFileError`, `CaptionerError`, `EncodingError`.
  public init(pairDirectory directory: String, store: ModelStore) throws {
    let pair = try BasePair(directory: directory)
    let found = try pair.resolve(in: directory, store: store)
    try self.init(pair, encoderPath: found.encoder, decoderPath: found.decoder)
  }

  init(_ pair: BasePair, encoderPath: String, decoderPath: String) throws {
    encoder = pair.encoder
    decoderSettings = pair.decoder
    self.encoderPath = encoderPath
    self.decoderPath = decoderPath
    extractor = try ImageFeatureExtractor(pair.encoder, encoderDirectory: encoderPath)
    (decoder, tokenizer) = try DecoderFamily.load(pair.decoder.family, from: decoderPath)
  }

  /// Those of a captioner.
  public init(_ captioner: Captioner) {
    encoder = captioner.manifest.encoder
    decoderSettings = captioner.manifest.decoder
    encoderPath = captioner.files.encoder
    decoderPath = captioner.files.decoder
    extractor = captioner.extractor
    decoder = captioner.decoder
    tokenizer = captioner.tokenizer
  }

  /// Greedy, with the stop tokens and the longest caption of the settings.
  public var defaultOptions: GenerationOptions {
    GenerationOptions(
      maximumNewTokens: decoderSettings.maximumNewTokens, stopTokens: decoderSettings.stopTokens)
  }
}
