package import ModelFiles
package import Tensors
package import TextDecoding

/// ClipCap's transformer (Mokady et al. 2021): learnt constants stand beside the image's tokens in a transformer
/// encoder (pre-norm, GELU), and its outputs at the constants are the prefix.
///
/// `features [batch, …]` are standardised, projected by group, and given positions, `[batch, tokens, d]`;
/// `length` constants `[length, d]` follow them. All attend to all in each block. The constants' results are normalised, and
/// `out` makes `layers · 2 · heads · dimension` numbers of each, which are added to `base`.
///
/// ClipCap reads one vector, spread over several tokens, and makes a prefix of the first layer. Here the tokens are the
/// image's own, and the prefix is of every layer.
package struct TransformerMapper: PrefixMapper {
  package var featureLayout: FeatureLayout? { tokens.standardizer.layout }
  package var prefixShape: Prefix.Shape { output.shape }
  private var tokens: FeatureTokens
  private let constants: Variable
  private var blocks: [TransformerBlock]
  private let norm: LayerNorm
  private var output: PrefixOutput

  /// - Parameters:
  ///   - file: `const` `[length, d]`; `inp.N` and `pos`; blocks `bl.N` of `n1`, `sa`, `n2`, `ff.0`, `ff.3`; `no`,
  ///     `out.weight`, `base`; or the same tensors on a tape.
  ///   - heads: attention heads.
  ///   - tokenGroups: how many tokens each input projection serves, in order.
  /// - Throws: `ModelFileError` where a tensor is missing, misshapen, or does not agree with the others.
  package init(file: any TensorSource, heads: Int, tokenGroups: [Int]) throws(ModelFileError) {
    let weights = WeightReader(file)
    output = try PrefixOutput(file: file)
    let d = output.width
    try file.checkHeads(heads, divide: d, of: "const")
    constants = try weights.variable("const", shape: [output.shape.length, d])
    tokens = try FeatureTokens(file: file, tokenGroups: tokenGroups, width: d)
    // Without a block no image would change the constants.
    var blocks: [TransformerBlock] = []
    repeat {
      blocks.append(try TransformerBlock(weights: weights.scoped("bl.\(blocks.count)"), width: d, heads: heads))
    } while weights.contains("bl.\(blocks.count).n1.weight")
    self.blocks = blocks
    norm = try weights.scoped("no").layerNorm(columns: d)
  }

  package func prepared(_ plan: MatrixPlan) -> TransformerMapper {
    var prepared = self
    prepared.tokens = tokens.prepared(plan)
    prepared.blocks = blocks.map { $0.prepared(plan) }
    prepared.output = output.prepared(plan)
    return prepared
  }

  package func keysValues(_ features: Tensor, dropout: Dropout) -> Variable {
    var x = Variable.concatenatedTokens([tokens(features, dropout: dropout), constants.repeated(features.shape[0])])
    let all = x.shape[1]
    for block in blocks.dropLast() { x = block(x, resulting: 0..<all, dropout: dropout) }
    // The last block's outputs at the image's tokens are not used.
    x = blocks[blocks.count - 1](x, resulting: all - prefixShape.length..<all, dropout: dropout)
    return output(norm(x))
  }
}

/// Self-attention and an MLP four times as wide, pre-norm with a residual around each.
private struct TransformerBlock: Sendable {
  private let attentionNorm, mlpNorm: LayerNorm
  private var selfAttention: SelfAttention
  private var mlp: MLP

  init(weights: WeightReader, width d: Int, heads: Int) throws(ModelFileError) {
    attentionNorm = try weights.scoped("n1").layerNorm(columns: d)
    selfAttention = try SelfAttention(weights: weights.scoped("sa"), width: d, heads: heads)
    mlpNorm = try weights.scoped("n2").layerNorm(columns: d)
    mlp = MLP(
      up: try weights.scoped("ff.0").linear(outputs: 4 * d, inputs: d),
      down: try weights.scoped("ff.3").linear(outputs: d, inputs: 4 * d))
  }

  func prepared(_ plan: MatrixPlan) -> TransformerBlock {
    var prepared = self
    (prepared.selfAttention, prepared.mlp) = (selfAttention.prepared(plan), mlp.prepared(plan))
    return prepared
  }

  /// - Parameters:
  ///   - tokens: `[batch, tokens, d]`.
  ///   - resulting: the tokens that are wanted; they attend to all.
  ///   - dropout: the dropout of attention probabilities, of the MLP's hidden layer, and of what each part adds.
  func callAsFunction(_ tokens: Variable, resulting: Range<Int>, dropout: Dropout) -> Variable {
    let isPart = resulting.count < tokens.shape[1]
    let attended = selfAttention(attentionNorm(tokens), asking: isPart ? resulting : nil, dropout: dropout)
    let x = (isPart ? tokens.tokens(resulting) : tokens) + dropout(attended)
    return x + dropout(mlp(mlpNorm(x), dropout: dropout))
  }
}

extension MapperFamily {
  package static let transformer = MapperFamily(
    name: "transformer", summary: "learnt constants and all image tokens attend to each other (ClipCap's transformer)",
    load: { file, heads, groups throws(ModelFileError) in
      .prefix(try TransformerMapper(file: file, heads: heads, tokenGroups: groups))
    },
    freshParameters: { settings, generator in freshTransformer(settings, using: &generator) })
}

private func freshTransformer(_ settings: MapperSettings, using generator: inout Xoshiro256PlusPlus) -> ParameterSet {
  let d = settings.width
  var set = ParameterSet()
  set.appendFeatureTokens(settings, using: &generator)
  // About as large as fresh projections of standardised features, √(1/3).
  set.append("const", .normal([settings.prefixLength, d], deviation: 0.5, using: &generator))
  for block in 0..<settings.depth {
    let name = "bl.\(block)"
    set.appendLayerNorm("\(name).n1", columns: d)
    set.appendAttention("\(name).sa", width: d, using: &generator)
    set.appendLayerNorm("\(name).n2", columns: d)
    set.appendLinear("\(name).ff.0", outputs: 4 * d, inputs: d, using: &generator)
    set.appendLinear("\(name).ff.3", outputs: d, inputs: 4 * d, using: &generator)
  }
  set.appendLayerNorm("no", columns: d)
  set.appendPrefixOutput(settings, using: &generator)
  return set
}
