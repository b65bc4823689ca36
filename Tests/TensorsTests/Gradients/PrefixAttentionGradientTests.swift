import CKernels
import Tensors
import TestSupport
import Testing

@Suite("Gradients of attention over prefixes")
struct PrefixAttentionGradientTests {
  private static let tolerance: Float = 1e-6

  @Test("the kernel equals PyTorch, captions of one to five tokens", arguments: KernelSettings.instructionSets)
  func parity(set: String) throws {
    let reference = try Reference("gradients/prefix_attention.safetensors")
    let (heads, groups, length, d) = (4, 2, 3, 8)
    let qkv = Tensor.besides([try reference("queries"), try reference("keys"), try reference("values")])
    let prefixes = Self.stacked(keys: try reference("prefix_keys"), values: try reference("prefix_values"))
    let cotangent = try reference("grad_out")
    var out = Tensor(uninitialized: [13, heads * d])
    var gradient = Tensor(uninitialized: qkv.shape)
    var prefixGradient = Tensor(zeros: prefixes.shape)
    KernelSettings.with(instructionSet: set) {
      qkv.withPointer { qkv in
        prefixes.withPointer { prefix in
          [0, 2, 4].withUnsafeBufferPointer { firstCaption in
            [0, 5, 8, 12, 13].withUnsafeBufferPointer { firstToken in
              var kernel = ck_prefix_attention(
                images: 2, heads: heads, kv_heads: groups, d: d, prefix_length: length,
                first_caption: firstCaption.baseAddress, first_token: firstToken.baseAddress, qkv: qkv, prefix: prefix,
                prefix_stride: 2 * groups * length * d, window: 0)
              out.withMutablePointer { ck_prefix_attention_forward(&kernel, $0) }
              cotangent.withPointer { cotangent in
                gradient.withMutablePointer { gradient in
                  prefixGradient.withMutablePointer { ck_prefix_attention_backward(&kernel, cotangent, gradient, $0) }
                }
              }
            }
          }
        }
      }
    }
    #expect(try out.relativeDistance(to: reference("out")) < Self.tolerance)
    for (name, columns) in [("queries", 0..<32), ("keys", 32..<48), ("values", 48..<64)] {
      let part = gradient.columns(columns)
      #expect(try part.relativeDistance(to: reference("grad_\(name)")) < Self.tolerance, "\(name)")
    }
    let items = prefixGradient.reshaped([2, 2, groups * length * d])
    for (name, part) in [("prefix_keys", 0), ("prefix_values", 1)] {
      let found = Tensor(items[0][part].values + items[1][part].values, shape: [2, groups, length, d])
      #expect(try found.relativeDistance(to: reference("grad_\(name)")) < Self.tolerance, "\(name)")
    }
  }

  @Test("pairs side by side give the result and the gradients of pairs as halves, permuted")
  func pairLayouts() throws {
    let sequences = PackedSequences(lengths: [4, 1, 3], sequencesPerImage: [2, 1])
    let (heads, groups, d) = (4, 2, 8)
    func run(_ layout: RotaryEmbedding.PairLayout, _ qkv: Tensor) throws -> (Tensor, Tensor, Tensor) {
      let operation = PrefixAttention(
        sequences: sequences, heads: heads, keyValueHeads: groups, headDimension: d, prefixLength: 3,
        rotary: RotaryEmbedding(headDimension: d, theta: 100), layout: layout)
      let found = gradients(
        of: [qkv, .random([2, 1, 2, groups, 3, d], seed: 2)], cotangent: .random([8, heads * d], seed: 3)
      ) { operation($0[0], prefixes: $0[1], layer: 0) }
      return (found.out, try #require(found.gradients[0]), try #require(found.gradients[1]))
    }
    /// Heads of queries and keys with their pairs side by side; values as they are.
    func permuted(_ tensor: Tensor) -> Tensor {
      let (columns, values) = (tensor.columns, tensor.values)
      return Tensor(
        values.indices.map { index in
          let turned = index % columns < (heads + groups) * d
          return values[turned ? index / d * d + index % d / 2 + index % 2 * d / 2 : index]
        }, shape: tensor.shape)
    }
    let qkv = Tensor.random([8, (heads + 2 * groups) * d], seed: 1)
    let halves = try run(.halves, qkv)
    let interleaved = try run(.interleaved, permuted(qkv))
    // The same numbers meet in the same order, but for fused multiply-add in the rotation.
    #expect(interleaved.0.relativeDistance(to: halves.0) < 2e-7)
    #expect(interleaved.1.relativeDistance(to: permuted(halves.1)) < 5e-7)
    #expect(interleaved.2.relativeDistance(to: halves.2) < 5e-7)
  }

  @Test("packed captions get the gradients that each gets alone, and prefixes their sums")
  func packing() throws {
    let lengths = [3, 1, 2, 1]
    let (heads, groups, d, length) = (2, 1, 4, 2)
    let qkv = Tensor.random([7, (heads + 2 * groups) * d], seed: 1)
    let prefixes = Tensor.random([2, 1, 2, groups, length, d], seed: 2)
    let cotangent = Tensor.random([7, heads * d], seed: 3)
    func run(_ sequences: PackedSequences, _ qkv: Tensor, _ prefixes: Tensor, _ cotangent: Tensor) throws -> [Tensor] {
      let operation = PrefixAttention(
        sequences: sequences, heads: heads, keyValueHeads: groups, headDimension: d, prefixLength: length,
        rotary: RotaryEmbedding(headDimension: d, theta: 100), layout: .halves)
      let found = gradients(of: [qkv, prefixes], cotangent: cotangent) { operation($0[0], prefixes: $0[1], layer: 0) }
      return [found.out, try #require(found.gradients[0]), try #require(found.gradients[1])]
    }
    let together = try run(PackedSequences(lengths: lengths, sequencesPerImage: [3, 1]), qkv, prefixes, cotangent)
    var prefixSums = Tensor(zeros: prefixes.shape)
    var first = 0
    for (caption, image) in [0, 0, 0, 1].enumerated() {
      let rows = first..<first + lengths[caption]
      first = rows.upperBound
      let alone = try run(
        PackedSequences(lengths: [lengths[caption]], sequencesPerImage: [1]), qkv.rows(rows),
        prefixes.rows(image * 2 * length..<(image + 1) * 2 * length).reshaped([1, 1, 2, groups, length, d]),
        cotangent.rows(rows))
      #expect(alone[0].distance(to: together[0].rows(rows)) == 0, "caption \(caption)")
      #expect(alone[1].distance(to: together[1].rows(rows)) == 0, "caption \(caption)")
      let size = alone[2].count
      alone[2].withPointer { alone in prefixSums.withMutablePointer { ck_add(size, alone, $0 + image * size) } }
    }
    #expect(together[2].distance(to: prefixSums) == 0)
  }

  @Test("an image without captions gets a prefix gradient of zeros, and its neighbours theirs")
  func imageWithoutCaptions() throws {
    let (qkv, prefixes) = (Tensor.random([5, 16], seed: 1), Tensor.random([3, 1, 2, 1, 2, 4], seed: 2))
    let cotangent = Tensor.random([5, 8], seed: 3)
    func prefixGradient(_ sequencesPerImage: [Int], _ prefixes: Tensor) throws -> Tensor {
      let operation = PrefixAttention(
        sequences: PackedSequences(lengths: [2, 3], sequencesPerImage: sequencesPerImage), heads: 2, keyValueHeads: 1,
        headDimension: 4,
        prefixLength: 2, rotary: RotaryEmbedding(headDimension: 4, theta: 100), layout: .halves)
      let found = gradients(of: [qkv, prefixes], cotangent: cotangent) { operation($0[0], prefixes: $0[1], layer: 0) }
      return try #require(found.gradients[1])
    }
    let three = try prefixGradient([1, 0, 1], prefixes)
    let two = try prefixGradient(
      [1, 1], Tensor(prefixes[0].values + prefixes[2].values, shape: [2, 1, 2, 1, 2, 4]))
    #expect(three[1].largestMagnitude == 0)
    #expect(three[0].distance(to: two[0]) == 0)
    #expect(three[2].distance(to: two[1]) == 0)
  }

  @Test("a prefix without a gradient costs the queries nothing, and the other way round")
  func partlyConstant() throws {
    let sequences = PackedSequences(lengths: [2, 3], sequencesPerImage: [1, 1])
    let operation = PrefixAttention(
      sequences: sequences, heads: 2, keyValueHeads: 1, headDimension: 4, prefixLength: 2,
      rotary: RotaryEmbedding(headDimension: 4, theta: 100), layout: .halves)
    let (qkv, prefixes) = (Tensor.random([5, 16], seed: 1), Tensor.random([2, 1, 2, 1, 2, 4], seed: 2))
    let cotangent = Tensor.random([5, 8], seed: 3)
    let both = gradients(of: [qkv, prefixes], cotangent: cotangent) { operation($0[0], prefixes: $0[1], layer: 0) }
    let first = gradients(of: [qkv], cotangent: cotangent) { operation($0[0], prefixes: Variable(prefixes), layer: 0) }
    let second = gradients(of: [prefixes], cotangent: cotangent) { operation(Variable(qkv), prefixes: $0[0], layer: 0) }
    #expect(try first.gradients[0]?.distance(to: #require(both.gradients[0])) == 0)
    #expect(try second.gradients[0]?.distance(to: #require(both.gradients[1])) == 0)
  }

  /// Keys and values `[images, heads, length, d]` as prefixes of one layer.
  static func stacked(keys: Tensor, values: Tensor) -> Tensor {
    let numbers = (0..<keys.shape[0]).flatMap { keys[$0].values + values[$0].values }
    return Tensor(numbers, shape: [keys.shape[0], 1, 2] + keys.shape.dropFirst())
  }
}
