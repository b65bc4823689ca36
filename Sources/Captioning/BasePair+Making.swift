import ImageEncoding
package import ModelFiles
import TextDecoding

extension BasePair {
  /// How the models of a pair are to be used, where it is not as they themselves suggest.
  package struct Choices: Sendable {
    /// The features that mappers read; by default those that suit each encoder's family.
    package var features: [FeatureRequest]?
    /// The sides of each encoder's input, to which the whole image is resized; where `nil` or missing, the encoder's
    /// `preprocessor_config.json` decides.
    package var sizes: [Int?] = []
    /// `{prefix}` and the text after it.
    package var template = "{prefix}\n"
    package var stopTokens: [Int]?
    package var maximumNewTokens = 32

    package init() {}
  }

  /// A model of the user, or a base model of the store.
  package struct Source: Sendable {
    /// The absolute path.
    package let path: String
    /// The name of a base model in the store; manifests then give the name, not the path.
    package let name: String?
    /// The address it was fetched from, such as `hf:org/name@commit`.
    package let origin: String?

    package init(path: String, name: String? = nil, origin: String? = nil) {
      self.path = path
      self.name = name
      self.origin = origin
    }

    fileprivate var manifestPath: String { name ?? path }
  }

  /// Inspects models, loads all to check that they can be used, and computes their SHA-256.
  ///
  /// - Parameters:
  ///   - encoders: at least one Hugging Face directory.
  ///   - decoder: a Hugging Face directory, or a GGUF file.
  /// - Throws: `ModelStoreError.unclearWeights`, `ModelFileError`, `CaptionerError`, `EncodingError`, `FileSystemError`.
  package static func making(
    name: String, encoders: [Source], decoder: Source, choices: Choices = Choices(), hashes: FileHashCache
  ) throws -> BasePair {
    let decoderWeights = try ModelWeights(of: decoder.path)
    let pair = BasePair(
      name: name, encoders: try encoderSettings(encoders, choices, hashes),
      decoder: try decoderSettings(decoder, decoderWeights, choices, hashes))
    _ = try CaptionerBases(pair, encoderPaths: encoders.map(\.path), decoderPath: decoderWeights.modelPath)
    return pair
  }

  /// The settings of CLIP as ClipCap reads it: its projected embedding.
  static func clipSettings(_ directory: String, _ hashes: FileHashCache) throws -> CaptionerManifest.Encoder {
    var choices = Choices()
    choices.features = [FeatureRequest(tokens: .projected)]
    return try encoderSettings([Source(path: directory)], choices, hashes)[0]
  }

  private static func encoderSettings(
    _ sources: [Source], _ choices: Choices, _ hashes: FileHashCache
  ) throws -> [CaptionerManifest.Encoder] {
    var encoders: [CaptionerManifest.Encoder] = []
    var layers: [Int] = []
    for (index, source) in sources.enumerated() {
      let family = try EncoderFamily.family(ofDirectory: source.path)
      let loaded = try EncoderFamily.load(family, from: source.path)
      var preprocessing = try CaptionerManifest.Preprocessing(encoderDirectory: source.path)
      if index < choices.sizes.count, let side = choices.sizes[index] { preprocessing.squeeze(into: side) }
      layers.append(loaded.layers)
      encoders.append(
        CaptionerManifest.Encoder(
          path: source.manifestPath, family: family, sha256: try ModelWeights(of: source.path).hash(hashes),
          features: EncoderFamily.defaultFeatures(family, of: loaded, preprocessing), preprocessing: preprocessing,
          origin: source.origin))
    }
    encoders = encoders.named
    guard let requests = choices.features else { return encoders }
    let features = try FeatureRequest.features(requests, names: encoders.names, layers: layers)
    for index in encoders.indices {
      if features[index].isEmpty { throw CaptionerError.unreadEncoder(name: encoders.names[index]) }
      encoders[index].features = features[index]
    }
    return encoders
  }

  private static func decoderSettings(
    _ source: Source, _ weights: ModelWeights, _ choices: Choices, _ hashes: FileHashCache
  ) throws -> CaptionerManifest.Decoder {
    let description = try ModelDescription(path: weights.modelPath)
    let family = try DecoderFamily(path: weights.modelPath).rawValue
    let tokenizer = try DecoderFamily.load(family, from: weights.modelPath).tokenizer
    let marker = "{prefix}"
    let text = choices.template.hasPrefix(marker) ? String(choices.template.dropFirst(marker.count)) : ""
    let startTokens = tokenizer.encode(text)
    guard !startTokens.isEmpty else { throw CaptionerError.noStartTokens(template: choices.template) }
    let stopTokens = choices.stopTokens ?? description.endTokens
    guard !stopTokens.isEmpty else { throw CaptionerError.noStopTokens(path: source.path) }
    return CaptionerManifest.Decoder(
      path: source.manifestPath, family: family, sha256: try weights.hash(hashes), promptTemplate: choices.template,
      startTokens: startTokens, stopTokens: stopTokens, maximumNewTokens: choices.maximumNewTokens,
      origin: source.origin)
  }
}

extension CaptionerManifest.Preprocessing {
  /// Resizes the whole image to a square, whatever its shape.
  fileprivate mutating func squeeze(into side: Int) {
    (width, height, resizeMode, shortestEdge) = (side, side, "squash", nil)
  }
}

extension EncoderFamily {
  /// The features that mappers read by default: for most families every patch of the last hidden state.
  static func defaultFeatures(
    _ family: String, of encoder: any VisionEncoder, _ preprocessing: CaptionerManifest.Preprocessing
  ) -> [CaptionerManifest.Feature] {
    switch family {
    case "dinov2":
      gradedFeatures(
        layers: encoder.layers,
        patches: [
          preprocessing.height / encoder.patchSize, preprocessing.width / encoder.patchSize,
        ])
    case "efficientnet-lite": pooledFeatures(of: encoder, preprocessing)
    default: [.init(hiddenState: encoder.layers, tokens: .patches)]
    }
  }

  /// The features of the default captioner (layers 8, 10, 11 and 12 of 12), at the same relative depths of any model:
  /// the class token, and patches averaged to 8x8 where that divides evenly; of the last layer but one, only the class
  /// token.
  private static func gradedFeatures(layers: Int, patches: [Int]) -> [CaptionerManifest.Feature] {
    let side = 8
    let grid = patches.allSatisfy { $0 > side && $0 % side == 0 } ? [side, side] : nil
    let depths = [layers * 2 / 3, layers * 5 / 6, layers * 11 / 12, layers]
    return depths.enumerated().flatMap { index, depth -> [CaptionerManifest.Feature] in
      guard depth > 0, !depths[(index + 1)...].contains(depth) else { return [] }
      let classToken = CaptionerManifest.Feature(hiddenState: depth, tokens: .class)
      return index == 2 ? [classToken] : [classToken, .init(hiddenState: depth, tokens: .patches, grid: grid)]
    }
  }

  /// The features of a convolutional net: the pooled row, and its last pixels averaged to the largest grid of at most
  /// 5x5 that divides evenly: 3x3 for 9x9 pixels.
  private static func pooledFeatures(
    of encoder: any VisionEncoder, _ preprocessing: CaptionerManifest.Preprocessing
  ) -> [CaptionerManifest.Feature] {
    let pixels = try? encoder.grid(width: preprocessing.width, height: preprocessing.height)
    let side = pixels.flatMap { pixels in
      (2...5).last { pixels.rows % $0 == 0 && pixels.columns % $0 == 0 }
    }
    return [
      .init(hiddenState: encoder.layers, tokens: .pooled),
      .init(hiddenState: encoder.layers, tokens: .patches, grid: side.map { [$0, $0] }),
    ]
  }
}
