package import ModelFiles
package import Tensors
package import TextDecoding

/// One prefix for everything: it belongs to a task, not to an image (Li & Liang 2021, "Prefix-Tuning").
///
/// Trained directly, it is `base` `[layers, 2, heads, length, dimension]` alone. Reparameterised, as they found to train
/// better, it is `base` plus what a network makes of a smaller matrix: `embedding` `[length, d]` through a hidden layer with
/// tanh, `hidden` `[h, d]`, and `out` `[layers · 2 · heads · dimension, h]`, which all positions share. When training has
/// ended, the network is discarded: `finished` holds the sum alone.
package struct StaticMapper: PrefixMapper {
  package let featureLayout: FeatureLayout? = nil
  package let prefixShape: Prefix.Shape
  /// `[layers, 2, heads, length, dimension]`.
  private let base: Variable
  private let network: Network?

  private struct Network: Sendable {
    let embedding: Variable
    let hidden: Linear
    let output: PrefixOutput
  }

  /// - Parameter file: `base`, and `embedding`, `hidden.weight`, `hidden.bias`, `out.weight` while it is reparameterised; or
  ///   the same tensors on a tape.
  /// - Throws: `ModelFileError` where a tensor is missing, misshapen, or does not agree with the others.
  package init(file: any TensorSource) throws(ModelFileError) {
    let weights = WeightReader(file)
    prefixShape = try Prefix.Shape(baseOf: file)
    base = try weights.variable("base", shape: prefixShape.dimensions)
    guard weights.contains("embedding") || weights.contains("out.weight") else {
      network = nil
      return
    }
    let output = try PrefixOutput(file: file)
    let embedding = try file.require("embedding", dimensions: 2).shape
    network = Network(
      embedding: try weights.variable("embedding", shape: [prefixShape.length, embedding[1]]),
      hidden: try weights.scoped("hidden").linear(outputs: output.width, inputs: embedding[1]), output: output)
  }

  package func prepared(_ plan: MatrixPlan) -> StaticMapper { self }

  /// - Parameters:
  ///   - features: only their number matters.
  ///   - dropout: the dropout of the hidden layer.
  package func keysValues(_ features: Tensor, dropout: Dropout) -> Variable {
    keysValues(dropout).repeated(features.shape[0])
  }

  /// `[layers, 2, heads, length, dimension]`.
  private func keysValues(_ dropout: Dropout) -> Variable {
    guard let network else { return base }
    let hidden = dropout(network.hidden(network.embedding).tanh())
    return network.output(hidden.reshaped([1] + hidden.shape)).reshaped(prefixShape.dimensions)
  }

  /// The prefix as it is, without the network that made it.
  var finished: ParameterSet {
    var set = ParameterSet()
    set.append("base", keysValues(.none).value)
    return set
  }
}

extension MapperFamily {
  package static let `static` = MapperFamily(
    name: "static", summary: "one prefix for all images, of the task alone; --reparameterize trains it through an MLP",
    load: { file, _, _ throws(ModelFileError) in .prefix(try StaticMapper(file: file)) },
    freshParameters: { settings, generator in freshStatic(settings, using: &generator) },
    finished: { set throws(ModelFileError) in try StaticMapper(file: TapedParameters(set, tape: nil)).finished },
    featureTokens: 0)
}

private func freshStatic(_ settings: MapperSettings, using generator: inout Xoshiro256PlusPlus) -> ParameterSet {
  var set = ParameterSet()
  guard let hidden = settings.reparameterization else {
    set.append("base", settings.base)
    return set
  }
  set.append("embedding", .normal([settings.prefixLength, settings.width], deviation: 1, using: &generator))
  set.appendLinear("hidden", outputs: hidden, inputs: settings.width, using: &generator)
  var output = settings
  output.width = hidden
  set.appendPrefixOutput(output, using: &generator)
  return set
}
