package import ModelFiles
package import Tensors

/// What a mapper has to fit, and how large it is: enough to make a fresh one.
package struct MapperSettings: Sendable {
  /// The layout of an image's features: one block for all consecutive tokens that come from one layer of one encoder.
  /// Each block has its own projection.
  package var features: FeatureLayout
  /// Mean and standard deviation of the features over the training set, in the features' order.
  package var mean, deviation: Tensor
  /// The prefix before an image adds to it, `[layers, 2, keyValueHeads, length, headDimension]`.
  package var base: Tensor
  /// The width of the mapper's hidden states.
  package var width: Int
  /// The number of blocks.
  package var depth: Int
  /// The initial value of a prompt of embeddings, `[length, width of embeddings]`.
  package var prompt: Tensor
  /// Width of the network through which a static prefix is trained; `nil` trains it directly.
  package var reparameterization: Int?
  /// The number of attention heads.
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

  /// The number of tokens of each block of features, as a manifest gives it.
  package var tokenGroups: [Int] { features.blocks.map(\.tokens) }

  /// How many numbers one position of a prefix has: `layers * 2 * keyValueHeads * headDimension`.
  var positionSize: Int { base.count / base.shape[3] }
  var prefixLength: Int { base.shape[3] }
}

/// A kind of mapper: how it is read from its file and how a fresh one is made. To add a kind, add a file with such a
/// value and a line in `all`.
package struct MapperFamily: Sendable {
  package let name: String
  /// A description of one line, for people.
  package let summary: String
  /// - Parameters: the file, the number of attention heads, and the token groups as in `MapperSettings`.
  package let load: @Sendable (any TensorSource, Int, [Int]) throws(ModelFileError) -> Mapper
  package let freshParameters: @Sendable (MapperSettings, inout Xoshiro256PlusPlus) -> ParameterSet
  /// The parameters that are kept when training ends.
  package let finished: @Sendable (ParameterSet) throws(ModelFileError) -> ParameterSet
  /// The number of feature tokens that it reads; `nil` is any number.
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
