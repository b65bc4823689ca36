package import ModelFiles
package import Tensors

/// ClipCap's perceptron as published (Mokady et al. 2021): one hidden layer with tanh maps an image's embedding to the
/// embeddings of a prompt. For a prefix of every layer, see `MLPMapper`.
///
/// In a file, under ClipCap's own names: `model.0.weight` `[hidden, features]`, `model.0.bias`, `model.2.weight`
/// `[length · width, hidden]`, and `model.2.bias` as `[length, width]`, which tells the prompt's shape.
package struct ClipCapMLP: PromptMapper {
  package var featureLayout: FeatureLayout? { FeatureLayout(tokens: [1], width: hidden.inputs) }
  package let promptShape: [Int]
  private var hidden, output: Linear

  /// - Throws: `ModelFileError` where a tensor is missing, misshapen, or does not agree with the others.
  package init(file: any TensorSource) throws(ModelFileError) {
    let weights = WeightReader(file)
    let first = try file.require("model.0.weight", dimensions: 2).shape
    promptShape = try file.require("model.2.bias", dimensions: 2).shape
    guard first.allSatisfy({ $0 > 0 }), promptShape.allSatisfy({ $0 > 0 }) else {
      throw .unexpectedShape(
        path: file.path, key: "model.2.bias", expected: promptShape.map { max($0, 1) }, found: promptShape)
    }
    hidden = try weights.scoped("model.0").linear(outputs: first[0], inputs: first[1])
    let outputs = promptShape[0] * promptShape[1]
    output = Linear(
      weight: try weights.matrixVariable("model.2.weight", rows: outputs, columns: first[0]),
      bias: try weights.variable("model.2.bias", shape: promptShape).reshaped([outputs]))
  }

  package func prepared(_ plan: MatrixPlan) -> ClipCapMLP {
    var prepared = self
    (prepared.hidden, prepared.output) = (hidden.prepared(plan), output.prepared(plan))
    return prepared
  }

  /// - Parameter dropout: the dropout of the hidden layer.
  package func prompts(_ features: Tensor, dropout: Dropout) -> Variable {
    let image = Variable(features.reshaped([features.shape[0], hidden.inputs]))
    return output(dropout(hidden(image).tanh())).reshaped([features.shape[0]] + promptShape)
  }
}

extension MapperFamily {
  package static let clipCapMLP = MapperFamily(
    name: "clipcap-mlp", summary: "ClipCap's MLP: one token of features to a prompt of embeddings",
    load: { file, _, _ throws(ModelFileError) in .prompt(try ClipCapMLP(file: file)) },
    freshParameters: { settings, generator in freshClipCapMLP(settings, using: &generator) }, featureTokens: 1)
}

private func freshClipCapMLP(_ settings: MapperSettings, using generator: inout Xoshiro256PlusPlus) -> ParameterSet {
  let size = settings.prompt.count
  let hidden = max(size / 2, 1)
  var set = ParameterSet()
  set.appendLinear("model.0", outputs: hidden, inputs: settings.features.count, using: &generator)
  set.appendLinear("model.2", outputs: size, inputs: hidden, bias: false, using: &generator)
  // At first every image gets nearly the prompt that training begins with, which the decoder can read.
  set.scaleLast(by: 0.05)
  set.append("model.2.bias", settings.prompt)
  return set
}
