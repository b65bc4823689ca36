package import ModelFiles
package import Tensors
package import TextDecoding

/// ClipCap's multi-layer perceptron (Mokady et al. 2021): the pooled image passes hidden layers with tanh between them.
///
/// `features [batch, …]` are standardised; each group's mean token, side by side `[batch, sum of the groups' widths]`, passes
/// the hidden layers `[batch, d]`, is spread over the positions, `[batch, length, d]`, and `out` makes `layers · 2 · heads ·
/// dimension` numbers of each, which are added to `base`.
///
/// ClipCap's last layer is one matrix from a hidden layer half as wide as the whole prefix. A prefix of every layer has
/// `length · layers · 2 · heads · dimension` numbers (184,320 for 16 positions of SmolLM2-135M), so that such a matrix
/// would be far larger than the decoder. Here it is a product: `expand` `[length · d, d]`, then `out`, which all
/// positions share. Neither has a bias, since `base` does the same.
package struct MLPMapper: PrefixMapper {
  package var featureLayout: FeatureLayout? { standardizer.layout }
  package var prefixShape: Prefix.Shape { output.shape }
  private let standardizer: FeatureStandardizer
  private var hidden: [Linear]
  private var expansion: Linear
  private var output: PrefixOutput

  /// - Parameters:
  ///   - file: `mean`, `std`; hidden layers `hidden.N`, of which the first is `[d, sum of the groups' widths]` and the others
  ///     `[d, d]`; `expand.weight`, `out.weight`, `base`; or the same tensors on a tape.
  ///   - tokenGroups: how many tokens are pooled into each mean, in order.
  /// - Throws: `ModelFileError` where a tensor is missing, misshapen, or does not agree with the others.
  package init(file: any TensorSource, tokenGroups: [Int]) throws(ModelFileError) {
    let weights = WeightReader(file)
    standardizer = try FeatureStandardizer(file: file, tokenGroups: tokenGroups)
    output = try PrefixOutput(file: file)
    let d = output.width
    // Without a hidden layer it would not be a perceptron.
    var hidden: [Linear] = []
    repeat {
      let inputs = hidden.isEmpty ? standardizer.layout.pooledWidth : d
      hidden.append(try weights.scoped("hidden.\(hidden.count)").linear(outputs: d, inputs: inputs))
    } while weights.contains("hidden.\(hidden.count).weight")
    self.hidden = hidden
    expansion = try weights.scoped("expand").linear(outputs: output.shape.length * d, inputs: d, bias: false)
  }

  package func prepared(_ plan: MatrixPlan) -> MLPMapper {
    var prepared = self
    prepared.hidden = hidden.map { $0.prepared(plan) }
    (prepared.expansion, prepared.output) = (expansion.prepared(plan), output.prepared(plan))
    return prepared
  }

  /// - Parameter dropout: the dropout of each hidden layer, after its tanh.
  package func keysValues(_ features: Tensor, dropout: Dropout) -> Variable {
    var x = Variable(standardizer.pooled(features))
    for layer in hidden { x = dropout(layer(x).tanh()) }
    return output(expansion(x).reshaped([features.shape[0], prefixShape.length, output.width]))
  }
}

extension MapperFamily {
  package static let mlp = MapperFamily(
    name: "mlp", summary: "the pooled features through --depth hidden layers with tanh (ClipCap's MLP); no attention",
    load: { file, _, groups throws(ModelFileError) in .prefix(try MLPMapper(file: file, tokenGroups: groups)) },
    freshParameters: { settings, generator in freshMLP(settings, using: &generator) })
}

private func freshMLP(_ settings: MapperSettings, using generator: inout Xoshiro256PlusPlus) -> ParameterSet {
  let d = settings.width
  var set = ParameterSet()
  set.appendStatistics(settings)
  for layer in 0..<settings.depth {
    set.appendLinear(
      "hidden.\(layer)", outputs: d, inputs: layer == 0 ? settings.features.pooledWidth : d, using: &generator)
  }
  set.appendLinear("expand", outputs: settings.prefixLength * d, inputs: d, bias: false, using: &generator)
  set.appendPrefixOutput(settings, using: &generator)
  return set
}
