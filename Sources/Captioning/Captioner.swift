package import ImageEncoding
package import ModelFiles
package import PrefixMapping
package import Tensors
package import TextDecoding

/// One or more frozen encoders, a trained mapper and a frozen decoder, made for one another: they turn an image into
/// words.
///
/// Weights are mapped into memory, so that making a captioner takes milliseconds and processes share its pages.
public struct Captioner: Sendable {
  package let manifest: CaptionerManifest
  /// The files that it consists of.
  package let files: ResolvedCaptioner
  package internal(set) var extractor: ImageFeatureExtractor
  package internal(set) var mapper: Mapper
  package internal(set) var decoder: any TextDecoder
  package let tokenizer: any Tokenizer
  /// The model of how far captions can be trusted; `nil` where the captioner was not calibrated.
  package let confidenceModel: ConfidenceModel?
  /// When it says "not sure".
  package var certainty = CertaintyPolicy()
  /// The precision that a user of this package as a library asked for.
  var precision = CaptionPrecision.automatic

  /// - Parameters:
  ///   - directory: the directory of `captioner.json`.
  ///   - store: the store of the base models that it names.
  /// - Throws: `CaptionerManifestError`, `ModelStoreError`, `ModelFileError`, `CaptionerError`.
  package init(directory: String, store: ModelStore) throws {
    let manifest = try CaptionerManifest(directory: directory)
    let bases = try manifest.resolve(in: directory, store: store)
    self.manifest = manifest
    files = bases
    extractor = try ImageFeatureExtractor(manifest.encoders, encoderDirectories: bases.encoders)
    mapper = try MapperFamily.load(manifest.mapper, from: bases.mapper)
    // A prompt of embeddings itself predicts the first token; keys and values do not.
    if case .prefix = mapper, manifest.decoder.startTokens.isEmpty {
      throw CaptionerManifestError.invalid(
        path: Path.join(directory, CaptionerManifest.fileName), key: "decoder.startTokens",
        expected: "at least one token")
    }
    // Names and tables are read into memory: some megabytes of text, and the tables made from it.
    try Memory.require(DecoderFamily.tokenizerBytes, for: "the tokenizer of \(bases.decoder)")
    (decoder, tokenizer) = try DecoderFamily.load(manifest.decoder.family, from: bases.decoder)
    try Self.checkFit(directory: directory, features: extractor.parts, mapper: mapper, decoder: decoder)
    confidenceModel = try bases.confidence.map { try ConfidenceModel(path: $0) }
    if let widths = confidenceModel?.widths, widths != extractor.pooledWidths {
      throw CaptionerError.confidenceMismatch(directory: directory, found: extractor.pooledWidths, expected: widths)
    }
  }

  /// The options of the captioner's manifest: greedy, its stop tokens, its longest caption.
  package var defaultOptions: GenerationOptions {
    GenerationOptions(
      maximumNewTokens: manifest.decoder.maximumNewTokens, stopTokens: manifest.decoder.stopTokens)
  }

  /// Captions an image file; `-` is standard input.
  ///
  /// - Parameter onWarning: is notified of problems of an image that could be read anyway.
  /// - Throws: `ImageDecodingError`, `EncodingError`, `DecodingError`, `GenerationError`.
  package func caption(
    path: String, decoder imageDecoder: ImageDecoder, options: GenerationOptions, onWarning: (String) -> Void = { _ in }
  ) throws -> ImageCaption {
    var timings = StageTimings()
    let photo = try see(path: path, decoder: imageDecoder, timings: &timings, onWarning: onWarning)
    return try caption(photo, timings: timings, options: options)
  }

  /// As `caption(path:decoder:options:onWarning:)`, but from the content of a file.
  ///
  /// - Parameter name: the name of the image in errors.
  func caption(
    bytes: [UInt8], named name: String, decoder imageDecoder: ImageDecoder, options: GenerationOptions
  ) throws -> ImageCaption {
    var timings = StageTimings()
    let photo = try see(named: name, timings: &timings, onWarning: { _ in }) {
      try imageDecoder.decode(bytes, named: name, targetFor: extractor.preprocessing.scaledSize)
    }
    return try caption(photo, timings: timings, options: options)
  }

  private func caption(
    _ photo: SeenPhoto, timings: StageTimings, options: GenerationOptions
  ) throws -> ImageCaption {
    var timings = timings
    let sequences = try timings.measure(\.generate) { try generate(from: photo.prefixes, options: options) }
    let sequence = sequences[0]
    return ImageCaption(
      text: text(of: sequence), sequence: sequence,
      alternatives: sequence.alternatives.map { (text(of: $0), $0) },
      width: photo.size.width, height: photo.size.height, timings: timings,
      judgement: judgement(of: sequence, view: photo.views[0]))
  }

  /// The results for one image between pixels and prefix.
  struct SeenPhoto {
    let prefixes: [Prefix]
    /// The confidence model's view of the image.
    let views: [PhotoView?]
    /// The size of the image as a viewer shows it.
    let size: ImageSize
  }

  /// - Parameter path: the path of a file; `-` is standard input.
  func see(
    path: String, decoder imageDecoder: ImageDecoder, timings: inout StageTimings, onWarning: (String) -> Void
  ) throws -> SeenPhoto {
    try see(named: path, timings: &timings, onWarning: onWarning) {
      try imageDecoder.decode(path: path, targetFor: extractor.preprocessing.scaledSize)
    }
  }

  private func see(
    named name: String, timings: inout StageTimings, onWarning: (String) -> Void, decode: () throws -> DecodedImage
  ) throws -> SeenPhoto {
    let image = try timings.measure(\.decode, decode)
    image.warnings.forEach(onWarning)
    let pixels = try timings.measure(\.preprocess) { try extractor.preprocessing.pixels(of: image, named: name) }
    let features = try timings.measure(\.encode) { try extractor.features(of: [pixels]) }
    let prefixes = try timings.measure(\.map) { try mapper.prefixes(features, decoder: decoder) }
    return SeenPhoto(prefixes: prefixes, views: views(of: features), size: image.originalSize)
  }

  /// The text of a sequence, trimmed.
  package func text(of sequence: GeneratedSequence) -> String { tokenizer.caption(of: sequence) }

  /// Captions of images from their features, all as one batch: `[images, …]` as the extractor makes them.
  ///
  /// - Throws: `DecodingError`, `GenerationError`.
  package func captions(
    _ features: Tensor, options: GenerationOptions
  ) throws -> [String] {
    try sequences(features, options: options).map { text(of: $0) }
  }

  /// As `captions(_:options:)`, with the tokens.
  ///
  /// - Throws: `DecodingError`, `GenerationError`.
  package func sequences(_ features: Tensor, options: GenerationOptions) throws -> [GeneratedSequence] {
    try generate(from: mapper.prefixes(features, decoder: decoder), options: options)
  }

  private func generate(
    from prefixes: [Prefix], options: GenerationOptions
  ) throws -> [GeneratedSequence] {
    try generate(from: prefixes, prompts: prefixes.map { _ in manifest.decoder.startTokens }, options: options)
  }
}
