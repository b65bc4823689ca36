import CKernels

/// Texts of several images, packed one after the other without padding. Texts of one image lie together.
package struct PackedSequences: Sendable {
  /// How many tokens each text has.
  package let lengths: [Int]
  /// How many of the texts belong to each image.
  package let sequencesPerImage: [Int]
  let firstSequence: [Int]
  let firstToken: [Int]

  /// - Precondition: `sequencesPerImage` sums up to the number of texts.
  package init(lengths: [Int], sequencesPerImage: [Int]) {
    precondition(sequencesPerImage.reduce(0, +) == lengths.count, "\(lengths.count) texts for \(sequencesPerImage)")
    self.lengths = lengths
    self.sequencesPerImage = sequencesPerImage
    firstSequence = sequencesPerImage.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    firstToken = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
  }

  package var imageCount: Int { sequencesPerImage.count }
  package var tokenCount: Int { firstToken[firstToken.count - 1] }

  /// The place of each token within its text.
  var positions: [Int32] { lengths.flatMap { 0..<Int32($0) } }
}

/// Grouped-query attention of packed texts, causal within a text and open to the whole prefix of its image, whose positions
/// come before the text's.
package struct PrefixAttention: Sendable {
  package let sequences: PackedSequences
  package let heads, keyValueHeads, headDimension: Int
  package let prefixLength: Int
  /// The most positions that a token sees, itself included.
  package let window: Int?
  private let rotary: RotaryEmbedding?
  private let layout: RotaryEmbedding.PairLayout
  private let positions: [Int32]
  /// `[longest text, rotatedDimension / 2]`.
  private let cosines, sines: [Float]

  /// - Parameters:
  ///   - rotary: rotates queries and keys; `nil` where positions are in the embeddings.
  ///   - layout: the layout of the pairs in queries and keys as the projections make them.
  package init(
    sequences: PackedSequences, heads: Int, keyValueHeads: Int, headDimension: Int, prefixLength: Int,
    rotary: RotaryEmbedding?, layout: RotaryEmbedding.PairLayout = .halves, window: Int? = nil
  ) {
    precondition(heads % keyValueHeads == 0, "\(heads) heads share \(keyValueHeads)")
    self.sequences = sequences
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.prefixLength = prefixLength
    self.layout = layout
    self.headDimension = headDimension
    self.rotary = rotary
    self.window = window
    positions = sequences.positions
    let rotations = rotary.map { rotary in
      (0..<(sequences.lengths.max() ?? 0)).map { rotary.rotation(position: prefixLength + $0) }
    }
    cosines = rotations?.flatMap(\.cosines) ?? []
    sines = rotations?.flatMap(\.sines) ?? []
  }

  /// - Parameters:
  ///   - qkv: `[tokens, (heads + 2 * keyValueHeads) * headDimension]`: queries, keys and values before the rotation.
  ///   - prefixes: `[images, layers, 2, keyValueHeads, prefixLength, headDimension]`, keys after the rotation.
  /// - Returns: `[tokens, heads * headDimension]`.
  package func callAsFunction(_ qkv: Variable, prefixes: Variable, layer: Int) -> Variable {
    precondition(qkv.shape == [sequences.tokenCount, (heads + 2 * keyValueHeads) * headDimension], "\(qkv.shape)")
    precondition(
      prefixes.shape.count == 6 && prefixes.shape[0] == sequences.imageCount
        && Array(prefixes.shape[2...]) == [2, keyValueHeads, prefixLength, headDimension], "\(prefixes.shape)")
    var rotated = qkv.value
    rotate(&rotated, inverse: false)
    var out = Tensor(uninitialized: [sequences.tokenCount, heads * headDimension])
    withKernel(rotated, prefixes.value, layer: layer) { kernel in
      out.withMutablePointer { ck_prefix_attention_forward(&kernel, $0) }
    }
    return .recorded(out, inputs: [qkv.node, prefixes.node]) { [rotated] gradient in
      backward(gradient, rotated: rotated, qkv: qkv.node, prefixes: prefixes, layer: layer)
    }
  }

  private func backward(_ gradient: Tensor, rotated: Tensor, qkv: GradientNode?, prefixes: Variable, layer: Int) {
    var result = qkv.map { Tensor(uninitialized: $0.shape) }
    func run(_ prefixGradient: UnsafeMutablePointer<Float>?) {
      withKernel(rotated, prefixes.value, layer: layer) { kernel in
        gradient.withPointer { gradient in
          if result == nil {
            ck_prefix_attention_backward(&kernel, gradient, nil, prefixGradient)
          } else {
            result?.withMutablePointer { ck_prefix_attention_backward(&kernel, gradient, $0, prefixGradient) }
          }
        }
      }
    }
    if let node = prefixes.node {
      node.accumulate { run($0 + layer * layerStride) }
    } else {
      run(nil)
    }
    if var result {
      rotate(&result, inverse: true)
      qkv?.accumulate(result)
    }
  }

  private var layerStride: Int { 2 * keyValueHeads * prefixLength * headDimension }

  private func rotate(_ qkv: inout Tensor, inverse: Bool) {
    guard let rotary else { return }
    let columns = qkv.columns
    qkv.withMutablePointer {
      ck_rotate(
        sequences.tokenCount, heads + keyValueHeads, headDimension, rotary.rotatedDimension, columns, positions,
        cosines, sines, layout == .interleaved ? 1 : 0, inverse ? 1 : 0, $0)
    }
  }

  private func withKernel(
    _ rotated: Tensor, _ prefixes: Tensor, layer: Int, _ body: (inout ck_prefix_attention) -> Void
  ) {
    let stride = prefixes.count / max(sequences.imageCount, 1)
    rotated.withPointer { qkv in
      prefixes.withPointer { prefix in
        sequences.firstSequence.withUnsafeBufferPointer { firstSequence in
          sequences.firstToken.withUnsafeBufferPointer { firstToken in
            var kernel = ck_prefix_attention(
              images: sequences.imageCount, heads: heads, kv_heads: keyValueHeads, d: headDimension,
              prefix_length: prefixLength, first_caption: firstSequence.baseAddress,
              first_token: firstToken.baseAddress, qkv: qkv, prefix: prefix + layer * layerStride,
              prefix_stride: stride, window: window ?? 0)
            body(&kernel)
          }
        }
      }
    }
  }
}
