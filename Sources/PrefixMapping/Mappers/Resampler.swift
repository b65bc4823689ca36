public import ModelFiles
public import Tensors
public import TextDecoding

/// A perceiver-style resampler (Alayrac et al. 2022, "Flamingo"; Jaegle et al. 2021): learnt queries read the image's
/// tokens through cross-attention, and each becomes one position of the prefix, in every layer.
///
/// `features [batch, tokens, width]` are standardised, projected by group, and given positions: the memory
/// `[batch, tokens, d]`. `length` queries `[length, d]` pass the blocks; `out` makes `layers · 2 · heads · dimension`
/// numbers of each, which are added to a `base` prefix that no image changes.
public struct Resampler: PrefixMapper {
  public let featureShape: [Int]
  public let prefixShape: Prefix.Shape
  /// `[tokens, width]`: mean over the training set, and the reciprocal of the standard deviation.
  private let mean, inverseDeviation: Tensor
  private let groups: [(range: Range<Int>, projection: Linear)]
  private let positions: Variable
  private let queries: Variable
  private let blocks: [ResamplerBlock]
  private let norm: LayerNorm
  private let out: Linear
  private let base: Variable

  /// - Parameters:
  ///   - file: `mapper.safetensors`, with the names of its PyTorch original, or the same tensors on a tape.
  ///   - heads: attention heads.
  ///   - tokenGroups: how many tokens each input projection serves, in order.
  /// - Throws: `ModelFileError` where a tensor is missing, misshapen, or does not agree with the others.
  public init(file: any TensorSource, heads: Int, tokenGroups: [Int]) throws(ModelFileError) {
    let weights = WeightReader(file)
    let base = try file.require("base", dimensions: 5)
    let queryShape = try file.require("q", dimensions: 2).shape
    let featureShape = try file.require("mean", dimensions: 2).shape
    let (length, d) = (queryShape[0], queryShape[1])
    let (tokens, width) = (featureShape[0], featureShape[1])
    guard base.shape[1] == 2, base.shape[3] == length, base.shape.allSatisfy({ $0 > 0 }) else {
      throw .unexpectedShape(
        path: file.path, key: "base", expected: [base.shape[0], 2, base.shape[2], length, base.shape[4]],
        found: base.shape)
    }
    guard heads > 0, d > 0, d % heads == 0, tokens > 0, width > 0 else {
      throw .unexpectedShape(path: file.path, key: "q", expected: [length, max(heads, 1)], found: queryShape)
    }
    guard tokenGroups.allSatisfy({ $0 > 0 && $0 <= tokens }), tokenGroups.reduce(0, +) == tokens else {
      throw .unexpectedShape(
        path: file.path, key: "mean (tokenGroups \(tokenGroups))",
        expected: [tokenGroups.reduce(0) { $0 &+ $1 }, width],
        found: featureShape)
    }
    mean = try weights.float32("mean", shape: featureShape)
    let deviation = try weights.float32("std", shape: featureShape)
    inverseDeviation = Tensor(deviation.values.map { 1 / $0 }, shape: featureShape)
    var groups: [(Range<Int>, Linear)] = []
    for (index, count) in tokenGroups.enumerated() {
      let first = groups.last?.0.upperBound ?? 0
      let projection = try weights.scoped("inp.\(index)").linear(outputs: d, inputs: width)
      groups.append((first..<first + count, projection))
    }
    self.groups = groups
    positions = try weights.variable("pos", shape: [tokens, d])
    queries = try weights.variable("q", shape: queryShape)
    var blocks: [ResamplerBlock] = []
    while weights.contains("bl.\(blocks.count).n1.weight") {
      blocks.append(try ResamplerBlock(weights: weights.scoped("bl.\(blocks.count)"), width: d, heads: heads))
    }
    self.blocks = blocks
    norm = try weights.scoped("no").layerNorm(columns: d)
    let outputs = base.shape[0] * 2 * base.shape[2] * base.shape[4]
    out = Linear(weight: try weights.matrixVariable("out.weight", rows: outputs, columns: d))
    self.base = try weights.variable("base", shape: base.shape)
    self.featureShape = featureShape
    prefixShape = Prefix.Shape(
      layers: base.shape[0], keyValueHeads: base.shape[2], headDimension: base.shape[4], length: length)
  }

  public func keysValues(_ features: Tensor, dropout: Dropout) -> Variable {
    precondition(Array(features.shape.dropFirst()) == featureShape, "features \(features.shape), not \(featureShape)")
    let batch = features.shape[0]
    let memory = memory(features, dropout: dropout)
    var x = queries.repeated(batch)
    for block in blocks { x = block(x, memory: memory, dropout: dropout) }
    // `[batch, length, layers · 2 · heads, dimension]` → `[batch, layers · 2 · heads, length, dimension]`.
    let (length, d) = (prefixShape.length, prefixShape.headDimension)
    let own = out(norm(x)).reshaped([batch, length, out.outputs / d, d]).swappedMiddleDimensions()
    return own.adding(rowsOf: base).reshaped([batch] + prefixShape.dimensions)
  }

  /// `[batch, tokens, width]` → `[batch, tokens, d]`.
  private func memory(_ features: Tensor, dropout: Dropout) -> Variable {
    let parts = groups.map { range, projection in
      var group = Tensor(uninitialized: [features.shape[0], range.count, featureShape[1]])
      standardize(features, range, into: &group)
      return projection(Variable(group))
    }
    return dropout(Variable.concatenatedTokens(parts).adding(rowsOf: positions))
  }

  private func standardize(_ features: Tensor, _ range: Range<Int>, into group: inout Tensor) {
    let (batch, tokens, width) = (features.shape[0], featureShape[0], featureShape[1])
    let first = range.lowerBound * width
    let count = range.count * width
    features.withPointer { features in
      mean.withPointer { mean in
        inverseDeviation.withPointer { inverse in
          group.withMutablePointer { group in
            for item in 0..<batch {
              let source = features + item * tokens * width + first
              let target = group + item * count
              for i in 0..<count { target[i] = (source[i] - mean[first + i]) * inverse[first + i] }
            }
          }
        }
      }
    }
  }
}
