package import ImageEncoding
package import ModelFiles
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
            tokens: .patches(grid: feature.grid.map { PatchGrid(rows: $0[0], columns: $0[1]) }))
        case .pooled: Part(hiddenState: feature.hiddenState, tokens: .output(.pooled))
        case .projected: Part(hiddenState: feature.hiddenState, tokens: .output(.projected))
        case .logits: Part(hiddenState: feature.hiddenState, tokens: .output(.logits))
        }
      })
  }
}

extension ImagePreprocessor {
  /// - Throws: `CaptionerError.unknownSetting` for a resampling filter or resize mode that is not known.
  package init(_ preprocessing: CaptionerManifest.Preprocessing) throws {
    guard let mode = ResizeMode(rawValue: preprocessing.resizeMode) else {
      throw CaptionerError.unknownSetting(key: "encoder.preprocessing.resizeMode", value: preprocessing.resizeMode)
    }
    guard let filter = ResamplingFilter(rawValue: preprocessing.resample) else {
      throw CaptionerError.unknownSetting(key: "encoder.preprocessing.resample", value: preprocessing.resample)
    }
    self.init(
      size: ImageSize(width: preprocessing.width, height: preprocessing.height), mode: mode,
      shortestEdge: preprocessing.shortestEdge, filter: filter, rescaleFactor: preprocessing.rescaleFactor,
      mean: preprocessing.mean, standardDeviation: preprocessing.std)
  }
}

extension Captioner {
  /// Checks that encoders, mapper and decoder agree about the shapes that pass between them.
  static func checkFit(
    directory: String, features: FeatureLayout, mapper: Mapper, decoder: any TextDecoder
  ) throws {
    if let expected = mapper.featureLayout, features.merged != expected.merged {
      throw CaptionerError.featureMismatch(directory: directory, found: features, expected: expected)
    }
    guard mapper.outputShape == mapper.outputShape(for: decoder) else {
      throw CaptionerError.prefixMismatch(
        directory: directory, found: mapper.outputShape, expected: mapper.outputShape(for: decoder))
    }
  }
}
