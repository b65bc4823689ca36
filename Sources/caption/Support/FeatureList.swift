import ArgumentParser
import Captioning
import ModelFiles

/// A list such as `10:class,10:8x8,12:patches`, or `dinov2:10:class,efficientnet-lite:pooled`.
struct FeatureList {
  let requests: [FeatureRequest]

  /// - Throws: `ValidationError`, which explains how features are written.
  init(parsing text: String) throws {
    requests = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let request = FeatureRequest(part) else {
        let tokens = CaptionerManifest.Feature.Tokens.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError(
          "'\(part)' is no feature: ask for \(tokens) or ROWSxCOLUMNS, with the number of a layer and a colon before it "
            + "where that is not the last, and before that the encoder's name where there are several, as in "
            + "8:class,12:8x8 or dinov2:8:class,siglip:pooled")
      }
      return request
    }
  }

  /// The features that are read from these encoders, written as an option's value.
  static func description(_ encoders: [CaptionerManifest.Encoder]) -> String {
    zip(encoders, encoders.names).flatMap { encoder, name in
      encoder.features.map { feature in
        let grid = feature.grid.map { $0.map(String.init).joined(separator: "x") }
        let tokens = grid ?? feature.tokens.rawValue
        if encoders.count == 1 { return "\(feature.hiddenState):\(tokens)" }
        return feature.tokens.isOutput ? "\(name):\(tokens)" : "\(name):\(feature.hiddenState):\(tokens)"
      }
    }.joined(separator: ",")
  }
}

extension FeatureRequest {
  /// Parses `TOKENS`, `LAYER:TOKENS`, `ENCODER:TOKENS` or `ENCODER:LAYER:TOKENS`.
  fileprivate init?(_ text: Substring) {
    var fields = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...3).contains(fields.count), let last = fields.popLast(), !fields.contains("") else { return nil }
    var layer: Int?
    if let number = fields.last.flatMap({ Int($0) }) {
      guard (0...1000).contains(number) else { return nil }
      layer = number
      fields.removeLast()
    }
    guard fields.count <= 1 else { return nil }
    let name = fields.first.map(String.init)
    if let tokens = CaptionerManifest.Feature.Tokens(rawValue: String(last)) {
      self.init(encoder: name, hiddenState: layer, tokens: tokens)
    } else {
      let sides = last.split(separator: "x", omittingEmptySubsequences: false).compactMap { Int($0) }
      guard sides.count == 2, sides.allSatisfy({ (1...1000).contains($0) }) else { return nil }
      self.init(encoder: name, hiddenState: layer, tokens: .patches, grid: sides)
    }
  }
}
