import CKernels

/// Scaled dot-product attention of several heads without a mask, as `attention(queries:…)` over tensors.
///
/// - Parameter dropout: the dropout of the attention's probabilities, as PyTorch's `nn.MultiheadAttention` applies it.
package func attention(
  queries: Variable, queryOffset: Int = 0, keysValues: Variable, keyOffset: Int, valueOffset: Int, heads: Int,
  width: Int, dropout: Dropout = .none
) -> Variable {
  precondition(queries.shape.count == 3 && keysValues.shape.count == 3 && queries.shape[0] == keysValues.shape[0])
  let mask = dropout.mask([queries.shape[0], heads, queries.shape[1], keysValues.shape[1]])
  if queries.node == nil, keysValues.node == nil, mask == nil {
    return Variable(
      attention(
        queries: queries.value, queryOffset: queryOffset, keysValues: keysValues.value, keyOffset: keyOffset,
        valueOffset: valueOffset, heads: heads, width: width))
  }
  precondition(width % heads == 0, "\(width) columns for \(heads) heads")
  let operation = DenseAttention(
    queries: queries.value, queryOffset: queryOffset, keysValues: keysValues.value, keyOffset: keyOffset,
    valueOffset: valueOffset, heads: heads, width: width,
    mask: mask)
  let (out, probabilities) = operation.forward()
  return .recorded(out, inputs: [queries.node, keysValues.node]) { gradient in
    operation.backward(
      gradient, probabilities: probabilities, queries: queries.node, keysValues: keysValues.node)
  }
}

/// What both passes of one attention share.
private struct DenseAttention: Sendable {
  let queries: Tensor
  let queryOffset: Int
  let keysValues: Tensor
  let keyOffset, valueOffset: Int
  let heads, width: Int
  let mask: Tensor?

  private func withKernel<Result>(_ body: (inout ck_dense_attention) -> Result) -> Result {
    queries.withPointer { q in
      keysValues.withPointer { kv in
        func run(_ mask: UnsafePointer<Float>?) -> Result {
          var kernel = ck_dense_attention(
            batch: queries.shape[0], heads: heads, m: queries.shape[1], n: keysValues.shape[1], d: width / heads,
            q: q + queryOffset, k: kv + keyOffset, v: kv + valueOffset, stride_q: queries.columns,
            stride_k: keysValues.columns, stride_v: keysValues.columns, dropout: mask)
          return body(&kernel)
        }
        return mask.map { $0.withPointer { run($0) } } ?? run(nil)
      }
    }
  }

  func forward() -> (out: Tensor, probabilities: Tensor) {
    var out = Tensor(uninitialized: [queries.shape[0], queries.shape[1], width])
    var probabilities = Tensor(uninitialized: [queries.shape[0], heads, queries.shape[1], keysValues.shape[1]])
    withKernel { kernel in
      probabilities.withMutablePointer { probabilities in
        out.withMutablePointer { ck_dense_attention_forward(&kernel, probabilities, $0) }
      }
    }
    return (out, probabilities)
  }

  /// Queries and keys may be columns of one tensor: both nodes are then the same, and its columns do not overlap.
  func backward(
    _ gradient: Tensor, probabilities: Tensor, queries queryNode: GradientNode?, keysValues node: GradientNode?
  ) {
    var queryGradient = Tensor(zeros: queries.shape)
    var gradients = Tensor(zeros: keysValues.shape)
    withKernel { kernel in
      gradient.withPointer { gradient in
        probabilities.withPointer { probabilities in
          queryGradient.withMutablePointer { queryGradient in
            gradients.withMutablePointer { gradients in
              ck_dense_attention_backward(
                &kernel, probabilities, gradient, queryGradient + queryOffset, gradients + keyOffset,
                gradients + valueOffset)
            }
          }
        }
      }
    }
    queryNode?.accumulate(queryGradient)
    node?.accumulate(gradients)
  }
}
