import CKernels
import Tensors
import TestSupport
import Testing

/// Each operation against PyTorch's, computed in float64 and rounded.
@Suite("Operations against PyTorch")
struct OpsParityTests {
  private let reference: Reference

  init() throws { reference = try Reference("ops/ops.safetensors") }

  // Tolerances: results are of size 1 to 10, float32 carries 24 bits, and sums run over some tens of terms.
  private static let tolerance: Float = 2e-6

  @Test("layer norm")
  func layerNorm() throws {
    let found = try reference("layer_norm_input").layerNormalized(
      weight: reference("layer_norm_weight"), bias: reference("layer_norm_bias"), epsilon: 1e-6)
    #expect(try found.distance(to: reference("layer_norm")) < Self.tolerance)
  }

  @Test("RMS norm")
  func rmsNorm() throws {
    let found = try reference("rms_norm_input").rmsNormalized(weight: reference("rms_norm_weight"), epsilon: 1e-5)
    #expect(try found.distance(to: reference("rms_norm")) < Self.tolerance)
  }

  @Test("GELU")
  func gelu() throws {
    #expect(try reference("gelu_input").activated(by: .gelu).distance(to: reference("gelu")) < Self.tolerance)
  }

  @Test("SiLU, as a gate of ones")
  func silu() throws {
    let input = try reference("silu_input")
    let gated = Tensor(input.values + Array(repeating: 1, count: input.count), shape: [2 * input.count]).gated(
      by: .silu)
    #expect(try gated.distance(to: reference("silu")) < Self.tolerance)
  }

  @Test("softmax")
  func softmax() throws {
    #expect(try reference("softmax_input").softmax().distance(to: reference("softmax")) < 1e-6)
  }

  @Test("a linear layer with bias")
  func linear() throws {
    let weight = try reference("linear_weight")
    let stored = weight.withUnsafeBuffer {
      StoredTensor(elementType: .f32, shape: weight.shape, storage: .init(copying: UnsafeRawBufferPointer($0)))
    }
    let found = Linear(weight: stored, bias: try reference("linear_bias"))(try reference("linear_input"))
    #expect(try found.distance(to: reference("linear")) < 1e-5)
  }

  @Test(
    "bicubic interpolation of a grid, down, up and oblong",
    arguments: ["37x37_to_16x16", "5x5_to_4x4", "5x5_to_6x8", "3x3_to_7x7"])
  func bicubic(sizes: String) throws {
    let expected = try reference("bicubic_\(sizes)")
    let found = try reference("bicubic_\(sizes)_input").bicubicResized(
      height: expected.shape[0], width: expected.shape[1])
    // PyTorch computes the kernel's weights in float32, where a distance near 1 or 2 cancels.
    #expect(found.distance(to: expected) < 1e-5)
  }

  @Test("attention of all to all")
  func fullAttention() throws {
    let heads = 3
    let queries = try tokensFirst(reference("attention_full_query"))
    let keys = try tokensFirst(reference("attention_full_key"))
    let values = try tokensFirst(reference("attention_full_value"))
    let width = queries.columns
    // One row a token: its keys, then its values.
    let rows = (0..<keys.rows).flatMap { row in
      keys.rows(row..<row + 1).values + values.rows(row..<row + 1).values
    }
    let keysValues = Tensor(rows, shape: [keys.shape[0], keys.shape[1], 2 * width])
    let found = attention(
      queries: queries, keysValues: keysValues, keyOffset: 0, valueOffset: width, heads: heads, width: width)
    #expect(try found.distance(to: tokensFirst(reference("attention_full"))) < Self.tolerance)
  }

  @Test("causal attention of grouped queries over a cache")
  func groupedAttention() throws {
    let queries = try tokensFirst(reference("attention_grouped_query"))
    let keys = try reference("attention_grouped_key")
    let values = try reference("attention_grouped_value")
    let (batch, tokens, width) = (queries.shape[0], queries.shape[1], queries.columns)
    let (groups, length, d) = (keys.shape[1], keys.shape[2], keys.shape[3])
    var out = Tensor(zeros: queries.shape)
    queries.withPointer { q in
      keys.withPointer { k in
        values.withPointer { v in
          out.withMutablePointer { out in
            let sequences = (0..<batch).map { item in
              ck_cached_sequence(
                queries: q + item * tokens * width, keys: k + item * groups * length * d,
                values: v + item * groups * length * d, out: out + item * tokens * width, tokens: tokens,
                past: length - tokens, capacity: length)
            }
            ck_cached_attention(batch, sequences, width / d, groups, d, 0)
          }
        }
      }
    }
    #expect(try out.distance(to: tokensFirst(reference("attention_grouped"))) < Self.tolerance)
  }

  @Test("rotary embedding, from both layouts of pairs", arguments: [RotaryEmbedding.PairLayout.halves, .interleaved])
  func rotary(layout: RotaryEmbedding.PairLayout) throws {
    let input = try reference("rope_input")
    let positions = try reference.integers("rope_positions")
    let d = input.columns
    let rotary = RotaryEmbedding(headDimension: d, theta: 100_000)
    var found = Tensor(uninitialized: input.shape)
    for row in 0..<input.rows {
      let head = input.rows(row..<row + 1).values
      // The same head with its pairs side by side.
      let source = layout == .halves ? head : (0..<d).map { head[$0 / 2 + $0 % 2 * d / 2] }
      let rotation = rotary.rotations(positions: [positions[row % positions.count]]).values
      found.withMutablePointer { found in
        rotary.rotate(source, heads: 1, by: rotation, layout: layout, into: found + row * d, destinationStride: d)
      }
    }
    #expect(try found.distance(to: reference("rope")) < Self.tolerance)
  }

  /// `[batch, heads, tokens, d]` → `[batch, tokens, heads * d]`.
  private func tokensFirst(_ x: Tensor) -> Tensor {
    let (batch, heads, tokens, d) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let values = x.values
    var out: [Float] = []
    for item in 0..<batch {
      for token in 0..<tokens {
        for head in 0..<heads {
          let start = ((item * heads + head) * tokens + token) * d
          out += values[start..<start + d]
        }
      }
    }
    return Tensor(out, shape: [batch, tokens, heads * d])
  }
}
