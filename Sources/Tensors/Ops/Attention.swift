import CKernels

/// Scaled dot-product attention of several heads without a mask (Vaswani et al. 2017).
///
/// - Parameters:
///   - queries: columns `queryOffset ..< queryOffset + heads * d` of `[batch, m, …]`.
///   - keysValues: `[batch, n, …]`, where keys start at column `keyOffset` and values at `valueOffset`, each `heads * d`
///     wide. It may be the tensor of the queries (one fused projection) or another (cross-attention).
///   - width: `heads * d`.
/// - Returns: `[batch, m, width]`.
public func attention(
  queries: Tensor, queryOffset: Int = 0, keysValues: Tensor, keyOffset: Int, valueOffset: Int, heads: Int, width: Int
) -> Tensor {
  precondition(queries.shape.count == 3 && keysValues.shape.count == 3 && queries.shape[0] == keysValues.shape[0])
  precondition(width % heads == 0, "\(width) columns for \(heads) heads")
  precondition(queryOffset + width <= queries.columns && max(keyOffset, valueOffset) + width <= keysValues.columns)
  let (batch, m, n) = (queries.shape[0], queries.shape[1], keysValues.shape[1])
  var out = Tensor(uninitialized: [batch, m, width])
  var scratch = Tensor(uninitialized: [heads, m, n])
  queries.withPointer { q in
    keysValues.withPointer { kv in
      out.withMutablePointer { out in
        scratch.withMutablePointer { scratch in
          for item in 0..<batch {
            let kv = kv + item * n * keysValues.columns
            ck_attention(
              heads, m, n, width / heads, q + item * m * queries.columns + queryOffset, queries.columns,
              kv + keyOffset, keysValues.columns, kv + valueOffset, keysValues.columns, out + item * m * width, width,
              scratch)
          }
        }
      }
    }
  }
  return out
}
