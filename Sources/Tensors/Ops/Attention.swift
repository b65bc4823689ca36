import CKernels

/// Scaled dot-product attention of several heads without a mask (Vaswani et al. 2017).
///
/// - Parameters:
///   - queries: columns `queryOffset ..< queryOffset + heads * d` of `[batch, m, …]`.
///   - keysValues: `[batch, n, …]`, where keys start at column `keyOffset` and values at `valueOffset`, each `heads * d`
///     wide. It may be the tensor of the queries (one fused projection) or another (cross-attention).
///   - width: `heads * d`.
///   - precision: the precision of the products; the softmax is in f32. With `int8` the products are in bfloat16, in
///     halves or in f32, whichever is fastest here.
/// - Returns: `[batch, m, width]`.
package func attention(
  queries: Tensor, queryOffset: Int = 0, keysValues: Tensor, keyOffset: Int, valueOffset: Int, heads: Int, width: Int,
  precision: MatrixPrecision = .f32
) -> Tensor {
  precondition(queries.shape.count == 3 && keysValues.shape.count == 3 && queries.shape[0] == keysValues.shape[0])
  precondition(width % heads == 0, "\(width) columns for \(heads) heads")
  precondition(queryOffset + width <= queries.columns && max(keyOffset, valueOffset) + width <= keysValues.columns)
  let (batch, m, n) = (queries.shape[0], queries.shape[1], keysValues.shape[1])
  var out = Tensor(uninitialized: [batch, m, width])
  var layout = ck_attention_layout(
    batch: batch, heads: heads, m: m, n: n, d: width / heads, stride_q: queries.columns, stride_k: keysValues.columns,
    stride_v: keysValues.columns, stride_out: width)
  queries.withPointer { q in
    keysValues.withPointer { kv in
      out.withMutablePointer { out in
        ck_attention(&layout, precision.kernelPrecision, q + queryOffset, kv + keyOffset, kv + valueOffset, out)
      }
    }
  }
  return out
}
