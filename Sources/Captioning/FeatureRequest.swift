package import ModelFiles

/// What somebody asks an encoder for: `dinov2:8:class`, `8:8x8` or `efficientnet-lite:pooled`.
package struct FeatureRequest: Sendable, Equatable {
  /// The encoder's name; `nil` where there is but one.
  package let encoder: String?
  /// The number of a hidden state; `nil` is the last.
  package let hiddenState: Int?
  package let tokens: CaptionerManifest.Feature.Tokens
  /// Rows and columns that the patches are averaged to.
  package let grid: [Int]?

  package init(
    encoder: String? = nil, hiddenState: Int? = nil, tokens: CaptionerManifest.Feature.Tokens, grid: [Int]? = nil
  ) {
    self.encoder = encoder
    self.hiddenState = hiddenState
    self.tokens = tokens
    self.grid = grid
  }

  /// What each of some encoders is asked for, in the order of the requests.
  ///
  /// - Parameters:
  ///   - names: of the encoders.
  ///   - layers: of each encoder, the number of its last hidden state.
  /// - Returns: empty for an encoder that nobody asks for anything.
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
  /// The encoders with the features that are asked for.
  ///
  /// - Parameter requests: `nil` asks for what the bases' own settings name.
  /// - Returns: `nil` for an encoder that is asked for nothing.
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
