import ModelFiles
import Tensors

/// The image's tokens as attention reads them, whatever encoders they come from: standardised, projected by group, and given
/// learnt positions.
///
/// In a file: `inp.N.weight` `[d, width of the group]` and `inp.N.bias` `[d]` of group N, `pos` `[tokens, d]`. A group's bias
/// is the learnt embedding of the encoder and the layer that its tokens come from; `pos` has one more for every token.
struct FeatureTokens: Sendable {
  let standardizer: FeatureStandardizer
  private var projections: [Linear]
  private let positions: Variable

  /// - Throws: `ModelFileError` where a tensor is missing or misshapen, or the groups are not all of the tokens.
  init(file: any TensorSource, tokenGroups: [Int], width d: Int) throws(ModelFileError) {
    let weights = WeightReader(file)
    standardizer = try FeatureStandardizer(file: file, tokenGroups: tokenGroups)
    var projections: [Linear] = []
    for (group, block) in standardizer.layout.blocks.enumerated() {
      projections.append(try weights.scoped("inp.\(group)").linear(outputs: d, inputs: block.width))
    }
    self.projections = projections
    positions = try weights.variable("pos", shape: [standardizer.layout.tokens, d])
  }

  func prepared(_ plan: MatrixPlan) -> FeatureTokens {
    var prepared = self
    prepared.projections = projections.map { $0.prepared(plan) }
    return prepared
  }

  /// `[batch, …]` → `[batch, tokens, d]`.
  ///
  /// - Precondition: `features` agrees with the standardiser's `layout`.
  func callAsFunction(_ features: Tensor, dropout: Dropout) -> Variable {
    let parts = zip(standardizer.standardizedGroups(features), projections).map { group, projection in
      projection(Variable(group))
    }
    return dropout.dropTokens(dropout(Variable.concatenatedTokens(parts).adding(rowsOf: positions)))
  }
}

extension ParameterSet {
  /// Appends the tensors that `FeatureTokens` reads, with `mean` and `std`.
  mutating func appendFeatureTokens(_ settings: MapperSettings, using generator: inout Xoshiro256PlusPlus) {
    appendStatistics(settings)
    for (group, block) in settings.features.blocks.enumerated() {
      appendLinear("inp.\(group)", outputs: settings.width, inputs: block.width, using: &generator)
    }
    append("pos", .normal([settings.features.tokens, settings.width], deviation: 0.02, using: &generator))
  }
}
