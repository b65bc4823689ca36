package import ModelFiles
package import Tensors
package import TextDecoding

/// A linear map: the simplest mapper, and the baseline for the others (a linear map into the decoder already goes far:
/// Merullo et al. 2023, "LiMBeR").
///
/// `features [batch, …]` are standardised; each group's mean token, side by side `[batch, sum of the groups' widths]`, is
/// projected to a `d`-vector for each position, `[batch, length, d]`, and `out` makes `layers · 2 · heads · dimension` numbers
/// of each. The prefix is thus an affine function of the features, whose rank is at most `d` in each position; `base` is its
/// constant part.
package struct LinearMapper: PrefixMapper {
  package var featureLayout: FeatureLayout? { standardizer.layout }
  package var prefixShape: Prefix.Shape { output.shape }
  private let standardizer: FeatureStandardizer
  private var expansion: Linear
  private var output: PrefixOutput

  /// - Parameters:
  ///   - file: `mean`, `std`, `expand.weight` `[length · d, sum of the groups' widths]`, `out.weight`, `base`; or the same tensors on a
  ///     tape.
  ///   - tokenGroups: how many tokens are pooled into each mean, in order.
  /// - Throws: `ModelFileError` where a tensor is missing, misshapen, or does not agree with the others.
  package init(file: any TensorSource, tokenGroups: [Int]) throws(ModelFileError) {
    standardizer = try FeatureStandardizer(file: file, tokenGroups: tokenGroups)
    output = try PrefixOutput(file: file)
    expansion = try WeightReader(file).scoped("expand")
      .linear(outputs: output.shape.length * output.width, inputs: standardizer.layout.pooledWidth, bias: false)
  }

  package func prepared(_ plan: MatrixPlan) -> LinearMapper {
    var prepared = self
    (prepared.expansion, prepared.output) = (expansion.prepared(plan), output.prepared(plan))
    return prepared
  }

  /// - Parameter dropout: the dropout of the positions' vectors.
  package func keysValues(_ features: Tensor, dropout: Dropout) -> Variable {
    let positions = dropout(expansion(Variable(standardizer.pooled(features))))
    return output(positions.reshaped([features.shape[0], prefixShape.length, output.width]))
  }
}

extension MapperFamily {
  package static let linear = MapperFamily(
    name: "linear", summary: "one linear map of the pooled features, of rank --width; no blocks, no attention",
    load: { file, _, groups throws(ModelFileError) in .prefix(try LinearMapper(file: file, tokenGroups: groups)) },
    freshParameters: { settings, generator in freshLinear(settings, using: &generator) })
}

private func freshLinear(_ settings: MapperSettings, using generator: inout Xoshiro256PlusPlus) -> ParameterSet {
  var set = ParameterSet()
  set.appendStatistics(settings)
  set.appendLinear(
    "expand", outputs: settings.prefixLength * settings.width, inputs: settings.features.pooledWidth, bias: false,
    using: &generator)
  set.appendPrefixOutput(settings, using: &generator)
  return set
}
