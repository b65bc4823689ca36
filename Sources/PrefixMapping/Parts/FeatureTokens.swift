import ModelFiles
import Tensors

/// The image's tokens as attention reads them: standardised, projected by group, and given learnt positions.
///
/// In a file: `inp.N.weight` `[d, width]` and `inp.N.bias` `[d]` of group N, `pos` `[tokens, d]`.
struct FeatureTokens: Sendable {
  let standardizer: FeatureStandardizer
  private var projections: [Linear]
  private let positions: Variable

  /// - Throws: `ModelFileError` where a tensor is missing or misshapen, or the groups are not all of the tokens.
  init(file: any TensorSource, tokenGroups: [Int], width d: Int) throws(ModelFileError) {
    let weights = WeightReader(file)
    standardizer = try FeatureStandardizer(file: file, tokenGroups: tokenGroups)
    let (tokens, width) = (standardizer.featureShape[0], standardizer.featureShape[1])
    var projections: [Linear] = []
    for group in tokenGroups.indices {
      projections.append(try weights.scoped("inp.\(group)").linear(outputs: d, inputs: width))
    }
    self.projections = projections
    positions = try weights.variable("pos", shape: [tokens, d])
  }

  func prepared(_ plan: MatrixPlan) -> FeatureTokens {
    var prepared = self
    prepared.projections = projections.map { $0.prepared(plan) }
    return prepared
  }

  /// `[batch, tokens, width]` → `[batch, tokens, d]`.
  ///
  /// - Precondition: `features` agrees with the standardiser's `featureShape`.
  func callAsFunction(_ features: Tensor, dropout: Dropout) -> Variable {
    let parts = zip(standardizer.standardizedGroups(features), projections).map { group, projection in
      projection(Variable(group))
    }
    return dropout.dropTokens(dropout(Variable.concatenatedTokens(parts).adding(rowsOf: positions)))
  }
}

extension ParameterSet {
  /// What `FeatureTokens` reads, with `mean` and `std`.
  mutating func appendFeatureTokens(_ settings: MapperSettings, using generator: inout Xoshiro256PlusPlus) {
    appendStatistics(settings)
    let (tokens, width) = (settings.featureShape[0], settings.featureShape[1])
    for group in settings.tokenGroups.indices {
      appendLinear("inp.\(group)", outputs: settings.width, inputs: width, using: &generator)
    }
    append("pos", .normal([tokens, settings.width], deviation: 0.02, using: &generator))
  }
}
