import CKernels
import Tensors

/// New tokens of several rows, whose keys and values go to the rows' caches.
struct CachedBatch {
  private let heads: TransformerDecoder.Heads
  private let counts: [Int]
  private let memory: [KVCache.RowMemory]
  private let rotaries: [RotaryEmbedding]
  private let pairLayout: RotaryEmbedding.PairLayout
  /// The row of each token.
  private let rows: [Int]
  /// The position of each token in its row.
  let positions: [Int]
  /// The rotations of each token's heads, `[tokens, 2, pairs]` for each rotary embedding.
  private let rotations: [Tensor]

  /// - Parameters:
  ///   - counts: how many tokens each row gains.
  ///   - memory: the memory of each row, with room for them.
  init(
    heads: TransformerDecoder.Heads, counts: [Int], memory: [KVCache.RowMemory], rotaries: [RotaryEmbedding],
    pairLayout: RotaryEmbedding.PairLayout
  ) {
    self.heads = heads
    self.counts = counts
    self.memory = memory
    self.rotaries = rotaries
    self.pairLayout = pairLayout
    rows = counts.enumerated().flatMap { row, count in repeatElement(row, count: count) }
    let positions = zip(counts, memory).flatMap { count, memory in memory.length..<memory.length + count }
    self.positions = positions
    rotations = rotaries.map { $0.rotations(positions: positions) }
  }

  /// Attention of each row's new tokens over its own cache, themselves included.
  ///
  /// - Parameters:
  ///   - qkv: `[tokens, queries | keys | values]` before the rotation.
  ///   - rotary: which rotary embedding rotates them.
  ///   - window: how many positions a token sees, itself included.
  /// - Returns: `[tokens, queries]`.
  func attend(_ qkv: Tensor, layer: Int, rotary: Int?, window: Int?) -> Tensor {
    var queries = Tensor(uninitialized: [qkv.rows, heads.queries * heads.dimension])
    place(qkv, layer: layer, rotary: rotary, queries: &queries)
    var out = Tensor(uninitialized: queries.shape)
    let width = queries.columns
    queries.withPointer { queries in
      out.withMutablePointer { out in
        var offset = 0
        let sequences = zip(counts, memory).map { count, memory in
          defer { offset += count * width }
          return ck_cached_sequence(
            queries: queries + offset, keys: memory.keys(layer: layer), values: memory.values(layer: layer),
            out: out + offset, tokens: count, past: memory.length, capacity: memory.capacity)
        }
        ck_cached_attention(
          sequences.count, sequences, heads.queries, heads.keyValues, heads.dimension, window ?? 0)
      }
    }
    return out
  }

  /// Splits queries, keys and values: rotated queries go to `queries`, rotated keys and plain values to the cache.
  private func place(_ qkv: Tensor, layer: Int, rotary: Int?, queries: inout Tensor) {
    guard let rotary else {
      place(qkv, layer: layer, queries: &queries) { _, source, count, target, stride in
        for head in 0..<count {
          (target + head * stride).update(from: source + head * heads.dimension, count: heads.dimension)
        }
      }
      return
    }
    let (embedding, rotations) = (rotaries[rotary], rotations[rotary])
    rotations.withPointer { pairs in
      place(qkv, layer: layer, queries: &queries) { token, source, count, target, stride in
        embedding.rotate(
          source, heads: count, by: pairs + token * embedding.rotatedDimension, layout: pairLayout, into: target,
          destinationStride: stride)
      }
    }
  }

  /// - Parameter turn: rotates a token's consecutive heads and writes them `stride` apart.
  private func place(
    _ qkv: Tensor, layer: Int, queries: inout Tensor,
    turn: (
      _ token: Int, _ source: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<Float>, _ stride: Int
    ) -> Void
  ) {
    let d = heads.dimension
    qkv.withPointer { qkv in
      queries.withMutablePointer { queries in
        for token in positions.indices {
          let source = qkv + token * (heads.queries + 2 * heads.keyValues) * d
          let memory = memory[rows[token]]
          let place = positions[token] * d
          turn(token, source, heads.queries, queries + token * heads.queries * d, d)
          turn(
            token, source + heads.queries * d, heads.keyValues, memory.keys(layer: layer) + place, memory.headStride)
          for head in 0..<heads.keyValues {
            (memory.values(layer: layer) + head * memory.headStride + place)
              .update(from: source + (heads.queries + heads.keyValues + head) * d, count: d)
          }
        }
      }
    }
  }
}
