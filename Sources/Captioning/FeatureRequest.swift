package import ModelFiles

/// A request for features of an encoder: `dinov2:8:class`, `8:8x8` or `efficientnet-lite:pooled`.
package struct FeatureRequest: Sendable, Equatable {
  /// The encoder's name; `nil` where there is only one.
  package let encoder: String?
  /// The index of a hidden state; `nil` is the last.
  package let hiddenState: Int?
  package let tokens: CaptionerManifest.Feature.Tokens
  /// The rows and columns to which the patches are averaged.
  package let grid: [Int]?

  package init(
    encoder: String? = nil, hiddenState: Int? = nil, tokens: CaptionerManifest.Feature.Tokens, grid: [Int]? = nil
  ) {
    self.encoder = encoder
    self.hiddenState = hiddenState
    self.tokens = tokens
    self.grid = grid
  }

  /// The features that are requested of each encoder, in the order of the requests.
  ///
  /// - Parameters:
  ///   - names: the names of the encoders.
  ///   - layers: the index of each encoder's last hidden state.
  /// - Returns: the features of each encoder; empty where none are requested.
  /// - Throws: `CaptionerError.unnamedEncoder`, `.unknownEncoder`.
  static func features(
    _ requests: [FeatureRequest], names: [String], layers: [Int]
  ) throws(CaptionerError) -> [[CaptionerManifest.Feature]] {
    var features: [[CaptionerManifest.Feature]] = names.map { _ in [] }
    for request in requests {
      let index: Int
      if let name = request.encoder {
        guard let found = names.firstIndex(of: name) else { throw .unknownEncoder(name: name, known: names) }
        index = found
      } else if names.count == 1 {
        index = 0
      } else {
        throw .unnamedEncoder(known: names)
      }
      features[index].append(
        .init(hiddenState: request.hiddenState ?? layers[index], tokens: request.tokens, grid: request.grid))
    }
    return features
  }
}

extension CaptionerBases {
  /// The encoders with the requested features.
  ///
  /// - Parameter requests: the requests; `nil` asks for the features in the bases' own settings.
  /// - Returns: the encoders; `nil` for one without a requested feature.
  /// - Throws: `CaptionerError.unnamedEncoder`, `.unknownEncoder`.
  package func encoders(reading requests: [FeatureRequest]?) throws(CaptionerError) -> [CaptionerManifest.Encoder?] {
    guard let requests else { return encoders }
    let features = try FeatureRequest.features(
      requests, names: encoders.names, layers: extractor.encoders.map(\.layers))
    return zip(encoders, features).map { encoder, features in
      var encoder = encoder
      encoder.features = features
      return features.isEmpty ? nil : encoder
    }
  }
}
