package import ModelFiles
package import Tensors

/// What a mapper has to fit, and how large it is: enough to make a fresh one.
package struct MapperSettings: Sendable {
  /// Of an image's features: a block for all tokens, one after the other, that come from one layer of one encoder. Each has
  /// a projection of its own.
  package var features: FeatureLayout
  /// Mean and standard deviation of the features over the training set, in the features' order.
  package var mean, deviation: Tensor
  /// What the prefix starts from before an image adds to it, `[layers, 2, keyValueHeads, length, headDimension]`.
  package var base: Tensor
  /// Of the mapper's own hidden states.
  package var width: Int
  /// How many blocks.
  package var depth: Int
  /// What a prompt of embeddings starts from, `[length, width of embeddings]`.
  package var prompt: Tensor
  /// Width of the network through which a static prefix is trained; `nil` trains it directly.
  package var reparameterization: Int?
  /// Of attention.
  package var heads: Int

  package init(
    features: FeatureLayout, mean: Tensor, deviation: Tensor, base: Tensor, prompt: Tensor = Tensor(zeros: [1, 1]),
    width: Int, depth: Int, heads: Int, reparameterization: Int? = nil
  ) {
    self.features = features
    self.mean = mean
    self.deviation = deviation
    self.base = base
    self.width = width
    self.depth = depth
    self.heads = heads
    self.prompt = prompt
    self.reparameterization = reparameterization
  }

  /// How many tokens each block of features has, as a manifest tells it.
  package var tokenGroups: [Int] { features.blocks.map(\.tokens) }

  /// Numbers in one position of a prefix: `layers * 2 * keyValueHeads * headDimension`.
  var positionSize: Int { base.count / base.shape[3] }
  var prefixLength: Int { base.shape[3] }
}

/// A kind of mapper: how it is read from its file and how a fresh one begins. Adding one is adding a file with such a value
/// and a line in `all`.
package struct MapperFamily: Sendable {
  package let name: String
  /// One line for people.
  package let summary: String
  /// - Parameters: the file, attention heads, token groups as of `MapperSettings`.
  package let load: @Sendable (any TensorSource, Int, [Int]) throws(ModelFileError) -> Mapper
  package let freshParameters: @Sendable (MapperSettings, inout Xoshiro256PlusPlus) -> ParameterSet
  /// What is kept when training ends.
  package let finished: @Sendable (ParameterSet) throws(ModelFileError) -> ParameterSet
  /// How many tokens of features it reads; `nil` takes any number.
  package let featureTokens: Int?

  init(
    name: String, summary: String,
    load: @escaping @Sendable (any TensorSource, Int, [Int]) throws(ModelFileError) -> Mapper,
    freshParameters: @escaping @Sendable (MapperSettings, inout Xoshiro256PlusPlus) -> ParameterSet,
    finished: @escaping @Sendable (ParameterSet) throws(ModelFileError) -> ParameterSet = {
      set throws(ModelFileError) in set
    }, featureTokens: Int? = nil
  ) {
    self.name = name
    self.summary = summary
    self.load = load
    self.freshParameters = freshParameters
    self.finished = finished
    self.featureTokens = featureTokens
  }

  package static let all: [MapperFamily] = [
    .resampler, .transformer, .mlp, .linear, .static, .softPrompt, .clipCapMLP, .clipCapTransformer,
  ]

  package static var names: [String] { all.map(\.name) }

  package static func named(_ name: String) -> MapperFamily? { all.first { $0.name == name } }
}
