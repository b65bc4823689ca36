import ModelFiles
import Tensors

/// Features as every mapper begins with them: standardised by the training set's statistics, in groups of tokens that come
/// from one layer of one encoder.
///
/// In a file: `mean` and `std` `[tokens, width]` where all tokens have one width; otherwise `mean.N` and `std.N`
/// `[tokens, width]` of each group N.
struct FeatureStandardizer: Sendable {
  /// A block for each group.
  let layout: FeatureLayout
  /// The index of each group's first number among an image's numbers.
  private let starts: [Int]
  /// The mean of every number of an image over the training set, and the reciprocal of its standard deviation.
  private let mean, inverseDeviation: Tensor

  /// - Parameter tokenGroups: how many tokens each group has, in order.
  /// - Throws: `ModelFileError` where a tensor is missing or misshapen, or the groups are not all of the tokens.
  init(file: any TensorSource, tokenGroups: [Int]) throws(ModelFileError) {
    let layout = try FeatureLayout(statisticsOf: file, tokenGroups: tokenGroups)
    self.layout = layout
    starts = layout.blocks.indices.map { layout.blocks[..<$0].reduce(0) { $0 + $1.count } }
    let weights = WeightReader(file)
    var (mean, inverse): ([Float], [Float]) = ([], [])
    for (key, shape) in layout.statistics {
      mean += try weights.float32("mean\(key)", shape: shape).values
      inverse += try weights.float32("std\(key)", shape: shape).values.map { 1 / $0 }
    }
    self.mean = Tensor(mean, shape: layout.shape)
    inverseDeviation = Tensor(inverse, shape: layout.shape)
  }

  /// The tokens of each group, standardised: `[batch, …]` → `[batch, tokens of the group, width of the group]` each.
  ///
  /// - Precondition: `features` agrees with `layout`.
  func standardizedGroups(_ features: Tensor) -> [Tensor] {
    precondition(
      Array(features.shape.dropFirst()) == layout.shape, "features \(features.shape), not \(layout.shape)")
    return zip(layout.blocks, starts).map { block, start in
      var group = Tensor(uninitialized: [features.shape[0], block.tokens, block.width])
      standardize(features, start..<start + block.count, into: &group)
      return group
    }
  }

  /// Each group's mean token, side by side: `[batch, …]` → `[batch, sum of the groups' widths]`.
  ///
  /// - Precondition: `features` agrees with `layout`.
  func pooled(_ features: Tensor) -> Tensor {
    let (batch, columns) = (features.shape[0], layout.pooledWidth)
    var out = Tensor(zeros: [batch, columns])
    var first = 0
    for part in standardizedGroups(features) {
      let (tokens, width) = (part.shape[1], part.shape[2])
      let share = 1 / Float(tokens)
      out.withMutablePointer { out in
        part.withPointer { part in
          for item in 0..<batch {
            let sums = out + item * columns + first
            for token in 0..<tokens {
              let row = part + (item * tokens + token) * width
              for i in 0..<width { sums[i] += row[i] }
            }
            for i in 0..<width { sums[i] *= share }
          }
        }
      }
      first += width
    }
    return out
  }

  /// - Parameter range: the indices of the group's numbers among an image's.
  private func standardize(_ features: Tensor, _ range: Range<Int>, into group: inout Tensor) {
    let (batch, all, first, count) = (features.shape[0], layout.count, range.lowerBound, range.count)
    features.withPointer { features in
      mean.withPointer { mean in
        inverseDeviation.withPointer { inverse in
          group.withMutablePointer { group in
            for item in 0..<batch {
              let source = features + item * all + first
              let target = group + item * count
              for i in 0..<count { target[i] = (source[i] - mean[first + i]) * inverse[first + i] }
            }
          }
        }
      }
    }
  }
}

extension FeatureLayout {
  /// The layout of the features that a mapper reads, from the statistics in its file.
  ///
  /// - Throws: `ModelFileError` where `mean` is missing or misshapen, or the groups are not all of its tokens.
  fileprivate init(statisticsOf file: any TensorSource, tokenGroups: [Int]) throws(ModelFileError) {
    guard file.tensor(named: "mean.0") != nil else {
      let shape = try file.require("mean", dimensions: 2).shape
      guard tokenGroups.allSatisfy({ $0 > 0 && $0 <= shape[0] }), tokenGroups.reduce(0, +) == shape[0], shape[0] > 0,
        shape[1] > 0
      else {
        throw .unexpectedShape(
          path: file.path, key: "mean (tokenGroups \(tokenGroups))",
          expected: [max(tokenGroups.reduce(0) { $0 &+ $1 }, 1), max(shape[1], 1)], found: shape)
      }
      self.init(tokens: tokenGroups, width: shape[1])
      return
    }
    var blocks: [Block] = []
    for (index, tokens) in tokenGroups.enumerated() {
      let shape = try file.require("mean.\(index)", dimensions: 2).shape
      guard tokens > 0, shape[0] == tokens, shape[1] > 0 else {
        throw .unexpectedShape(
          path: file.path, key: "mean.\(index) (tokenGroups \(tokenGroups))",
          expected: [max(tokens, 1), max(shape[1], 1)],
          found: shape)
      }
      blocks.append(Block(tokens: tokens, width: shape[1]))
    }
    if file.tensor(named: "mean.\(blocks.count)") != nil || blocks.isEmpty {
      throw .invalidValue(
        path: file.path, key: "mean.\(blocks.count)", problem: "is of a group that tokenGroups \(tokenGroups) lacks")
    }
    self.init(blocks)
  }

  /// The suffixes of `mean` and `std` in the names of a mapper's file, and these tensors' shapes.
  fileprivate var statistics: [(key: String, shape: [Int])] {
    if let width { return [("", [tokens, width])] }
    return blocks.enumerated().map { (".\($0)", [$1.tokens, $1.width]) }
  }

  /// The number of columns of the pooled features.
  var pooledWidth: Int { blocks.reduce(0) { $0 + $1.width } }
}

extension ParameterSet {
  /// Appends the tensors that `FeatureStandardizer` reads.
  mutating func appendStatistics(_ settings: MapperSettings) {
    for (name, tensor) in [("mean", settings.mean), ("std", settings.deviation)] {
      let numbers = tensor.values
      var start = 0
      for (key, shape) in settings.features.statistics {
        let count = shape.reduce(1, *)
        append("\(name)\(key)", Tensor(Array(numbers[start..<start + count]), shape: shape))
        start += count
      }
    }
  }
}
