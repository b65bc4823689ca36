import ModelFiles
import Tensors

/// Features as every mapper begins with them: standardised by the training set's statistics, in groups of tokens that come
/// from one layer of the encoder.
///
/// A file's `mean` and `std` are `[tokens, width]`.
struct FeatureStandardizer: Sendable {
  /// `[tokens, width]`.
  let featureShape: [Int]
  /// The tokens of each group, one after the other; together they are all tokens.
  let groups: [Range<Int>]
  /// `[tokens, width]`: mean over the training set, and the reciprocal of the standard deviation.
  private let mean, inverseDeviation: Tensor

  /// - Parameter tokenGroups: how many tokens each group has, in order.
  /// - Throws: `ModelFileError` where `mean` or `std` is missing or misshapen, or the groups are not all of the tokens.
  init(file: any TensorSource, tokenGroups: [Int]) throws(ModelFileError) {
    let weights = WeightReader(file)
    let shape = try file.require("mean", dimensions: 2).shape
    let (tokens, width) = (shape[0], shape[1])
    guard tokens > 0, width > 0, tokenGroups.allSatisfy({ $0 > 0 && $0 <= tokens }),
      tokenGroups.reduce(0, +) == tokens
    else {
      throw .unexpectedShape(
        path: file.path, key: "mean (tokenGroups \(tokenGroups))",
        expected: [max(tokenGroups.reduce(0) { $0 &+ $1 }, 1), max(width, 1)], found: shape)
    }
    featureShape = shape
    var groups: [Range<Int>] = []
    for count in tokenGroups {
      let first = groups.last?.upperBound ?? 0
      groups.append(first..<first + count)
    }
    self.groups = groups
    mean = try weights.float32("mean", shape: shape)
    let deviation = try weights.float32("std", shape: shape)
    inverseDeviation = Tensor(deviation.values.map { 1 / $0 }, shape: shape)
  }

  /// The tokens of each group, standardised: `[batch, tokens, width]` → `[batch, tokens of the group, width]` each.
  ///
  /// - Precondition: `features` agrees with `featureShape`.
  func standardizedGroups(_ features: Tensor) -> [Tensor] {
    check(features)
    return groups.map { range in
      var group = Tensor(uninitialized: [features.shape[0], range.count, featureShape[1]])
      standardize(features, range, into: &group)
      return group
    }
  }

  /// Columns of `pooled`.
  var pooledWidth: Int { groups.count * featureShape[1] }

  /// Each group's mean token, side by side: `[batch, tokens, width]` → `[batch, groups · width]`.
  ///
  /// - Precondition: `features` agrees with `featureShape`.
  func pooled(_ features: Tensor) -> Tensor {
    let parts = standardizedGroups(features)
    let (batch, width, columns) = (features.shape[0], featureShape[1], pooledWidth)
    var out = Tensor(zeros: [batch, columns])
    out.withMutablePointer { out in
      for (index, part) in parts.enumerated() {
        let tokens = part.shape[1]
        let share = 1 / Float(tokens)
        part.withPointer { part in
          for item in 0..<batch {
            let sums = out + item * columns + index * width
            for token in 0..<tokens {
              let row = part + (item * tokens + token) * width
              for i in 0..<width { sums[i] += row[i] }
            }
            for i in 0..<width { sums[i] *= share }
          }
        }
      }
    }
    return out
  }

  private func check(_ features: Tensor) {
    precondition(Array(features.shape.dropFirst()) == featureShape, "features \(features.shape), not \(featureShape)")
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

extension MapperSettings {
  /// Columns of the pooled features.
  var pooledWidth: Int { tokenGroups.count * featureShape[1] }
}

extension ParameterSet {
  /// What `FeatureStandardizer` reads.
  mutating func appendStatistics(_ settings: MapperSettings) {
    append("mean", settings.mean)
    append("std", settings.deviation)
  }
}
