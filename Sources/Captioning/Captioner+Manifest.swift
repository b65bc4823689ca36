import ImageEncoding
import ModelFiles
import PrefixMapping
import TextDecoding

extension FeatureSelection {
  init(_ features: [CaptionerManifest.Feature]) {
    self.init(
      parts: features.map { feature in
        switch feature.tokens {
        case .class: Part(hiddenState: feature.hiddenState, tokens: .classToken)
        case .patches:
          Part(
            hiddenState: feature.hiddenState,
            tokens: .patches(grid: feature.grid.map { Grid(rows: $0[0], columns: $0[1]) }))
        }
      })
  }
}

extension Captioner {
  /// That encoder, mapper and decoder agree about the shapes that pass between them.
  static func checkFit(
    _ manifest: CaptionerManifest, directory: String, features: FeatureSelection, encoder: any VisionEncoder,
    mapper: any PrefixMapper, decoder: any TextDecoder
  ) throws {
    let preprocessing = manifest.encoder.preprocessing
    let found = [
      try features.tokenCount(width: preprocessing.width, height: preprocessing.height, patchSize: encoder.patchSize),
      encoder.hiddenSize,
    ]
    guard found == mapper.featureShape else {
      throw CaptionerError.featureMismatch(directory: directory, found: found, expected: mapper.featureShape)
    }
    guard mapper.prefixShape.fits(decoder.prefixShape) else {
      throw CaptionerError.prefixMismatch(
        directory: directory, found: mapper.prefixShape.dimensions, expected: decoder.prefixShape.dimensions)
    }
  }
}
