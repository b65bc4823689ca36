package import ModelFiles
package import Tensors

/// One prompt for everything, of embeddings that need not belong to tokens (Lester et al. 2021, "The Power of Scale for
/// Parameter-Efficient Prompt Tuning"): the baseline for the prefix of every layer.
///
/// In a file: `prompt` `[length, width]`.
package struct SoftPromptMapper: PromptMapper {
  package let featureLayout: FeatureLayout? = nil
  private let prompt: Variable

  /// - Throws: `ModelFileError` where the tensor is missing or is not a matrix.
  package init(file: any TensorSource) throws(ModelFileError) {
    let shape = try file.require("prompt", dimensions: 2).shape
    guard shape.allSatisfy({ $0 > 0 }) else {
      throw .unexpectedShape(path: file.path, key: "prompt", expected: shape.map { max($0, 1) }, found: shape)
    }
    prompt = try WeightReader(file).variable("prompt", shape: shape)
  }

  package var promptShape: [Int] { prompt.shape }

  package func prepared(_ plan: MatrixPlan) -> SoftPromptMapper { self }

  package func prompts(_ features: Tensor, dropout: Dropout) -> Variable {
    dropout(prompt.repeated(features.shape[0]))
  }
}

extension MapperFamily {
  package static let softPrompt = MapperFamily(
    name: "soft-prompt",
    summary: "prompt tuning: one prompt of embeddings for all images, before the first layer alone",
    load: { file, _, _ throws(ModelFileError) in .prompt(try SoftPromptMapper(file: file)) },
    freshParameters: { settings, _ in
      var set = ParameterSet()
      set.append("prompt", settings.prompt)
      return set
    }, featureTokens: 0)
}
