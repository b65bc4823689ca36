import CKernels

/// Root-mean-square normalisation of each head of queries and keys (Henry et al. 2020, "Query-Key Normalization"), as
/// Qwen3 and Gemma 3 have it before the rotary embedding. Its weights are frozen.
public struct HeadNormalization: Sendable {
  /// `[headDimension]`.
  public let queryWeight, keyWeight: Tensor
  public let epsilon: Float
  public let heads, keyValueHeads: Int

  public init(queryWeight: Tensor, keyWeight: Tensor, epsilon: Float, heads: Int, keyValueHeads: Int) {
    precondition(queryWeight.count == keyWeight.count, "\(queryWeight.shape) for queries, \(keyWeight.shape) for keys")
    self.queryWeight = queryWeight
    self.keyWeight = keyWeight
    self.epsilon = epsilon
    self.heads = heads
    self.keyValueHeads = keyValueHeads
  }

  private var headDimension: Int { queryWeight.count }

  /// Queries, keys and values side by side, `[tokens, (heads + 2 * keyValueHeads) * headDimension]`; values stay as they are.
  public func callAsFunction(_ qkv: Variable) -> Variable {
    var out = Tensor(uninitialized: qkv.shape)
    qkv.value.withPointer { x in
      out.withMutablePointer { out in
        forEachPart(of: qkv.value) { offset, rows, weight in
          if let weight {
            ck_rms_norm(rows, headDimension, x + offset, weight, epsilon, out + offset)
          } else {
            (out + offset).update(from: x + offset, count: rows * headDimension)
          }
        }
      }
    }
    return .recorded(out, inputs: [qkv.node]) { gradient in
      var result = Tensor(uninitialized: qkv.shape)
      qkv.value.withPointer { x in
        gradient.withPointer { gradient in
          result.withMutablePointer { result in
            forEachPart(of: qkv.value) { offset, rows, weight in
              if let weight {
                ck_rms_norm_backward(
                  rows, headDimension, x + offset, weight, epsilon, gradient + offset, result + offset, nil)
              } else {
                (result + offset).update(from: gradient + offset, count: rows * headDimension)
              }
            }
          }
        }
      }
      qkv.node?.accumulate(result)
    }
  }

  /// The queries, keys and values (without weight) of each token: where they begin, and how many heads they are.
  private func forEachPart(
    of qkv: Tensor, _ body: (_ offset: Int, _ heads: Int, _ weight: UnsafePointer<Float>?) -> Void
  ) {
    precondition(qkv.columns == (heads + 2 * keyValueHeads) * headDimension, "\(qkv.shape)")
    queryWeight.withPointer { queryWeight in
      keyWeight.withPointer { keyWeight in
        for token in 0..<qkv.rows {
          let start = token * qkv.columns
          body(start, heads, queryWeight)
          body(start + heads * headDimension, keyValueHeads, keyWeight)
          body(start + (heads + keyValueHeads) * headDimension, keyValueHeads, nil)
        }
      }
    }
  }
}
