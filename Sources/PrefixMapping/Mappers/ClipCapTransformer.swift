package import ModelFiles
package import Tensors

/// ClipCap's transformer as published (Mokady et al. 2021): an image's embedding, spread over some tokens, and learnt
/// constants attend to each other. The outputs at the constants are a prompt of embeddings. For a prefix of every
/// layer, see `TransformerMapper`.
///
/// In a file, under ClipCap's own names: `linear` `[tokens · width, features]` with a bias, `prefix_const` `[length, width]`,
/// and blocks `transformer.layers.N` of `norm1`, `attn.to_queries`, `attn.to_keys_values`, `attn.project`, `norm2`, `mlp.fc1`,
/// `mlp.fc2`.
package struct ClipCapTransformer: PromptMapper {
  package var featureLayout: FeatureLayout? { FeatureLayout(tokens: [1], width: spread.inputs) }
  package var promptShape: [Int] { constants.shape }
  private var spread: Linear
  private let constants: Variable
  private var blocks: [Block]

  /// - Parameter heads: attention heads; ClipCap has 8.
  /// - Throws: `ModelFileError` where a tensor is missing, misshapen, or does not agree with the others.
  package init(file: any TensorSource, heads: Int) throws(ModelFileError) {
    let weights = WeightReader(file)
    let constants = try file.require("prefix_const", dimensions: 2).shape
    let linear = try file.require("linear.weight", dimensions: 2).shape
    let d = constants[1]
    guard d > 0, constants[0] > 0, linear[1] > 0, linear[0] > 0, linear[0] % d == 0 else {
      throw .unexpectedShape(
        path: file.path, key: "linear.weight", expected: [max(d, 1), max(linear[1], 1)], found: linear)
    }
    try file.checkHeads(heads, divide: d, of: "prefix_const")
    spread = try weights.scoped("linear").linear(outputs: linear[0], inputs: linear[1])
    self.constants = try weights.variable("prefix_const", shape: constants)
    var blocks: [Block] = []
    repeat {
      blocks.append(try Block(weights.scoped("transformer.layers.\(blocks.count)"), file, width: d, heads: heads))
    } while weights.contains("transformer.layers.\(blocks.count).norm1.weight")
    self.blocks = blocks
  }

  package func prepared(_ plan: MatrixPlan) -> ClipCapTransformer {
    var prepared = self
    prepared.spread = spread.prepared(plan)
    prepared.blocks = blocks.map { $0.prepared(plan) }
    return prepared
  }

  package func prompts(_ features: Tensor, dropout: Dropout) -> Variable {
    let batch = features.shape[0]
    let (length, d) = (promptShape[0], promptShape[1])
    let image = spread(Variable(features.reshaped([batch, spread.inputs])))
    var x = Variable.concatenatedTokens([
      image.reshaped([batch, spread.outputs / d, d]), constants.repeated(batch),
    ])
    for block in blocks { x = block(x, dropout: dropout) }
    return x.tokens(x.shape[1] - length..<x.shape[1])
  }

  /// Pre-norm attention and MLP (ReLU), a residual around each.
  private struct Block: Sendable {
    private let heads: Int
    private let norm1, norm2: LayerNorm
    private var queries, keysValues, project: Linear
    private var mlp: MLP

    init(_ weights: WeightReader, _ file: any TensorSource, width d: Int, heads: Int) throws(ModelFileError) {
      self.heads = heads
      norm1 = try weights.scoped("norm1").layerNorm(columns: d)
      norm2 = try weights.scoped("norm2").layerNorm(columns: d)
      queries = try weights.scoped("attn.to_queries").linear(outputs: d, inputs: d, bias: false)
      keysValues = try weights.scoped("attn.to_keys_values").linear(outputs: 2 * d, inputs: d, bias: false)
      project = try weights.scoped("attn.project").linear(outputs: d, inputs: d)
      let width = try file.require(weights.fullKey("mlp.fc1.weight"), dimensions: 2).shape[0]
      mlp = MLP(
        up: try weights.scoped("mlp.fc1").linear(outputs: width, inputs: d),
        down: try weights.scoped("mlp.fc2").linear(outputs: d, inputs: width), activation: .relu)
    }

    func prepared(_ plan: MatrixPlan) -> Block {
      var prepared = self
      (prepared.queries, prepared.keysValues) = (queries.prepared(plan), keysValues.prepared(plan))
      (prepared.project, prepared.mlp) = (project.prepared(plan), mlp.prepared(plan))
      return prepared
    }

    func callAsFunction(_ x: Variable, dropout: Dropout) -> Variable {
      let d = x.value.columns
      let normal = norm1(x)
      let attended = attention(
        queries: queries(normal), keysValues: keysValues(normal), keyOffset: 0, valueOffset: d, heads: heads, width: d,
        dropout: dropout)
      let sum = x + dropout(project(attended))
      return sum + dropout(mlp(norm2(sum), dropout: dropout))
    }
  }
}

extension MapperFamily {
  package static let clipCapTransformer = MapperFamily(
    name: "clipcap-transformer",
    summary: "ClipCap's transformer: one token of features and learnt constants to a prompt of embeddings",
    load: { file, heads, _ throws(ModelFileError) in .prompt(try ClipCapTransformer(file: file, heads: heads)) },
    freshParameters: { settings, generator in freshClipCapTransformer(settings, using: &generator) }, featureTokens: 1)
}

private func freshClipCapTransformer(
  _ settings: MapperSettings, using generator: inout Xoshiro256PlusPlus
) -> ParameterSet {
  let (length, d) = (settings.prompt.shape[0], settings.prompt.shape[1])
  var set = ParameterSet()
  set.appendLinear("linear", outputs: length * d, inputs: settings.features.count, using: &generator)
  set.append("prefix_const", settings.prompt)
  for layer in 0..<settings.depth {
    let name = "transformer.layers.\(layer)"
    set.appendLayerNorm("\(name).norm1", columns: d)
    set.appendLinear("\(name).attn.to_queries", outputs: d, inputs: d, bias: false, using: &generator)
    set.appendLinear("\(name).attn.to_keys_values", outputs: 2 * d, inputs: d, bias: false, using: &generator)
    set.appendLinear("\(name).attn.project", outputs: d, inputs: d, using: &generator)
    set.appendLayerNorm("\(name).norm2", columns: d)
    set.appendLinear("\(name).mlp.fc1", outputs: 2 * d, inputs: d, using: &generator)
    set.appendLinear("\(name).mlp.fc2", outputs: d, inputs: 2 * d, using: &generator)
  }
  return set
}
