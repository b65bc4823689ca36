import CKernels

/// Root-mean-square normalisation of each head of queries and keys (Henry et al. 2020, "Query-Key Normalization"): scores
/// of attention stay within bounds, however large its matrices grow. Decoders such as Qwen3 and Gemma 3 have it before the
/// rotary embedding.
package struct HeadNormalization: Sendable {
  /// Heads side by side that share a weight.
  package struct Heads: Sendable {
    /// The first column of the heads in a row.
    package var firstColumn: Int
    package var count: Int
    /// `[dimension of a head]`.
    package var weight: Variable

    package init(firstColumn: Int, count: Int, weight: Variable) {
      self.firstColumn = firstColumn
      self.count = count
      self.weight = weight
    }

    fileprivate var dimension: Int { weight.value.count }
    fileprivate var columns: Range<Int> { firstColumn..<firstColumn + count * dimension }
  }

  private let normalized: [Heads]
  private let epsilon: Float

  /// - Parameter normalized: the heads to normalise, in the order of their columns, none of which overlap.
  package init(_ normalized: [Heads], epsilon: Float) {
    precondition(
      zip(normalized, normalized.dropFirst()).allSatisfy { $0.columns.upperBound <= $1.firstColumn }, "heads overlap")
    self.normalized = normalized
    self.epsilon = epsilon
  }

  /// For rows of queries, keys and values side by side, `[tokens, (heads + 2 * keyValueHeads) * headDimension]`, of a
  /// frozen decoder.
  ///
  /// - Parameters:
  ///   - queryWeight: `[headDimension]`.
  ///   - keyWeight: `[headDimension]`.
  package init(queryWeight: Tensor, keyWeight: Tensor, epsilon: Float, heads: Int, keyValueHeads: Int) {
    precondition(queryWeight.count == keyWeight.count, "\(queryWeight.shape) for queries, \(keyWeight.shape) for keys")
    self.init(
      [
        Heads(firstColumn: 0, count: heads, weight: Variable(queryWeight)),
        Heads(firstColumn: heads * queryWeight.count, count: keyValueHeads, weight: Variable(keyWeight)),
      ], epsilon: epsilon)
  }

  /// `[…, columns]`; columns of other heads stay as they are.
  package func callAsFunction(_ x: Variable) -> Variable {
    precondition(normalized.allSatisfy { $0.columns.upperBound <= x.value.columns }, "\(x.shape)")
    var out = Tensor(uninitialized: x.shape)
    x.value.withPointer { input in
      out.withMutablePointer { out in
        forEachPart(of: x.value) { offset, count, heads in
          guard let heads else { return (out + offset).update(from: input + offset, count: count) }
          heads.weight.value.withPointer {
            ck_rms_norm(heads.count, heads.dimension, input + offset, $0, epsilon, out + offset)
          }
        }
      }
    }
    return .recorded(out, inputs: [x.node] + normalized.map(\.weight.node)) { gradient in
      var result = Tensor(uninitialized: x.shape)
      x.value.withPointer { input in
        gradient.withPointer { gradient in
          result.withMutablePointer { result in
            forEachPart(of: x.value) { offset, count, heads in
              guard let heads else { return (result + offset).update(from: gradient + offset, count: count) }
              heads.weight.value.withPointer { weight in
                func run(_ weightGradient: UnsafeMutablePointer<Float>?) {
                  ck_rms_norm_backward(
                    heads.count, heads.dimension, input + offset, weight, epsilon, gradient + offset, result + offset,
                    weightGradient)
                }
                if let node = heads.weight.node { node.accumulate { run($0) } } else { run(nil) }
              }
            }
          }
        }
      }
      x.node?.accumulate(result)
    }
  }

  /// Calls `body` for each part of each row: where it begins, how many numbers it has, and its heads where these are
  /// normalised.
  private func forEachPart(of x: Tensor, _ body: (_ offset: Int, _ count: Int, _ heads: Heads?) -> Void) {
    for row in 0..<x.rows {
      let start = row * x.columns
      var column = 0
      for heads in normalized {
        if heads.firstColumn > column { body(start + column, heads.firstColumn - column, nil) }
        body(start + heads.firstColumn, heads.columns.count, heads)
        column = heads.columns.upperBound
      }
      if column < x.columns { body(start + column, x.columns - column, nil) }
    }
  }
}
