import Tensors
import TestSupport
import Testing

/// Gradients against central differences of the forward pass, on random shapes.
///
/// For a direction v of signs and a step h, ⟨gradient, x₊ - x₋⟩ is compared with f(x₊) - f(x₋), where x± = x ± h v as
/// float32 rounds them, and f = ⟨operation, cotangent⟩ is summed in double precision. With h = 2⁻⁷ the difference of f is
/// about 2⁻⁶ of the gradient's size, so that the operation's rounding (some 2⁻²⁴ of results that are about as large as
/// their derivatives, from sums of tens of terms) leaves 1e-5 to 1e-4; what the third derivative adds is h²/6 = 1e-5 of
/// it, and it exceeds the first by the square of how fast an operation turns, which for attention with scores of several
/// numbers is up to 5². 5e-4 covers both. A wrong sign, factor or index is off by about 1.
@Suite("Gradients against finite differences")
struct FiniteDifferenceTests {
  private static let step: Float = 0x1p-7
  private static let seeds: [UInt64] = [1, 2, 3, 4]

  /// Compares each input's gradient by itself, so that none hides behind a larger one.
  private func check(
    _ inputs: [Tensor], seed: UInt64, _ operation: ([Variable]) throws -> Variable,
    sourceLocation: SourceLocation = #_sourceLocation
  ) rethrows {
    let shape = try operation(inputs.map { Variable($0) }).shape
    let cotangent = Tensor.random(shape, seed: seed + 100)
    let found = try gradients(of: inputs, cotangent: cotangent, operation)
    for (index, input) in inputs.enumerated() {
      guard let gradient = found.gradients[index] else {
        Issue.record("no gradient for input \(index)", sourceLocation: sourceLocation)
        continue
      }
      let direction = Tensor.signs(input.shape, seed: seed + 200)
      let moved = [Self.step, -Self.step].map { step in
        Tensor(zip(input.values, direction.values).map { $0 + step * $1 }, shape: input.shape)
      }
      let results = try moved.map { moved in
        var changed = inputs
        changed[index] = moved
        // On a tape: some operations compute otherwise for constants.
        let tape = GradientTape()
        return try operation(changed.map(tape.variable)).value.dot(cotangent)
      }
      let difference = zip(moved[0].values, moved[1].values).map { $0 - $1 }
      let expected = results[0] - results[1]
      let predicted = gradient.dot(Tensor(difference, shape: input.shape))
      // What a sum of so many products of random signs comes to.
      let size = zip(gradient.values, difference).reduce(0) { $0 + Double($1.0 * $1.1) * Double($1.0 * $1.1) }
        .squareRoot()
      #expect(
        abs(predicted - expected) < 5e-4 * size, "input \(index) \(input.shape): \(predicted), \(expected), \(size)",
        sourceLocation: sourceLocation)
    }
  }

  /// Numbers of the rows, columns and so on of one random case.
  private func sizes(_ seed: UInt64, _ ranges: ClosedRange<Int>...) -> [Int] {
    var generator = SplitMix(seed: seed &* 77)
    return ranges.map { Int.random(in: $0, using: &generator) }
  }

  @Test("linear", arguments: seeds)
  func linear(seed: UInt64) {
    let n = sizes(seed, 1...20, 1...40, 1...40)
    check(
      [.random([n[0], n[1]], seed: 1), .random([n[2], n[1]], seed: 2), .random([n[2]], seed: 3)], seed: seed
    ) { Linear(weight: $0[1].matrix, bias: $0[2])($0[0]) }
  }

  @Test("linear layers side by side, of which one is a part of a matrix", arguments: seeds)
  func concatenatedLinear(seed: UInt64) {
    let n = sizes(seed, 1...20, 1...40, 3...20, 1...20)
    check(
      [.random([n[0], n[1]], seed: 1), .random([n[2], n[1]], seed: 2), .random([n[3], n[1]], seed: 3)], seed: seed
    ) { x in
      Linear.concatenated([Linear(weight: x[1].matrix.rows(1..<n[2])), Linear(weight: x[2].matrix)], x[0])
    }
  }

  @Test("embedding", arguments: seeds)
  func embedding(seed: UInt64) {
    let n = sizes(seed, 5...20, 1...40)
    check([.random([n[0], n[1]], seed: 1)], seed: seed) { Linear(weight: $0[0].matrix).embed([4, 0, 4, 1]) }
    check([.random([n[0], n[1]], seed: 1)], seed: seed) { Linear(weight: $0[0].matrix.rows(2..<5)).embed([2, 0, 2]) }
  }

  @Test("layer norm", arguments: seeds)
  func layerNorm(seed: UInt64) {
    let n = sizes(seed, 1...20, 6...80)
    check([.random(n, seed: seed), .random([n[1]], seed: 2), .random([n[1]], seed: 3)], seed: seed) {
      $0[0].layerNormalized(weight: $0[1], bias: $0[2], epsilon: 1e-5)
    }
  }

  @Test("RMS norm", arguments: seeds)
  func rmsNorm(seed: UInt64) {
    let n = sizes(seed, 1...20, 6...80)
    check([.random(n, seed: seed), .random([n[1]], seed: 2)], seed: seed) {
      $0[0].rmsNormalized(weight: $0[1], epsilon: 1e-5)
    }
  }

  @Test("GELU, tanh and SiLU gate", arguments: seeds)
  func activations(seed: UInt64) {
    let n = sizes(seed, 1...9, 1...40)
    check([.random(n, seed: seed)], seed: seed) { $0[0].activated(by: .gelu) }
    check([.random(n, seed: seed)], seed: seed) { $0[0].tanh() }
    check([.random([n[0], 2 * n[1]], seed: seed)], seed: seed) { $0[0].gated(by: .silu) }
  }

  // ReLU is left out: its slope jumps at 0, where a difference says nothing.
  @Test("activations and gates", arguments: seeds, [Activation.gelu, .geluTanh, .quickGELU, .silu])
  func activations(seed: UInt64, activation: Activation) {
    let n = sizes(seed, 1...20, 1...40)
    check([.random(n, seed: seed)], seed: seed) { $0[0].activated(by: activation) }
    check([.random([n[0], 2 * n[1]], seed: seed)], seed: seed) { $0[0].gated(by: activation) }
  }

  @Test("norms of the heads of queries and keys", arguments: seeds)
  func headNormalization(seed: UInt64) {
    let n = sizes(seed, 1...5, 1...3, 1...3, 1...20)
    let (groups, heads, d) = (n[1], n[1] * n[2], n[3])
    let norm = HeadNormalization(
      queryWeight: .random([d], seed: 3), keyWeight: .random([d], seed: 4), epsilon: 1e-2, heads: heads,
      keyValueHeads: groups)
    check([.random([n[0], (heads + 2 * groups) * d], seed: seed)], seed: seed) { norm($0[0]) }
  }

  @Test("norms of some of the heads, with weights that are learnt", arguments: seeds)
  func trainedHeadNormalization(seed: UInt64) {
    let n = sizes(seed, 1...5, 1...3, 1...20)
    let d = n[2]
    check([.random([n[0], (n[1] + 3) * d], seed: seed), .random([d], seed: 3), .random([d], seed: 4)], seed: seed) {
      let heads: [HeadNormalization.Heads] = [
        .init(firstColumn: d, count: n[1], weight: $0[1]), .init(firstColumn: (n[1] + 2) * d, count: 1, weight: $0[2]),
      ]
      return HeadNormalization(heads, epsilon: 1e-2)($0[0])
    }
  }

  @Test("rows in any order, some of them twice", arguments: seeds)
  func selectedRows(seed: UInt64) {
    let n = sizes(seed, 2...9, 1...20)
    let indices = (0..<2 * n[0]).map { $0 * 5 % n[0] } + [0]
    check([.random(n, seed: seed)], seed: seed) { $0[0].rows(indices) }
  }

  @Test("sums and products", arguments: seeds)
  func arithmetic(seed: UInt64) {
    let n = sizes(seed, 1...5, 1...9, 1...40)
    let factors = Tensor.random(n, seed: 4)
    check([.random(n, seed: 1), .random(n, seed: 2), .random([n[1], n[2]], seed: 3)], seed: seed) {
      ($0[0] + $0[1].scaled(by: -0.7)).adding(rowsOf: $0[2]).multiplied(by: factors)
    }
  }

  @Test("parts, copies and other orders", arguments: seeds)
  func shaping(seed: UInt64) {
    let n = sizes(seed, 1...4, 3...9, 1...20)
    check([.random(n, seed: 1)], seed: seed) { $0[0].rows(1..<3) }
    check([.random(n, seed: 1)], seed: seed) { $0[0].repeated(3) }
    check([.random(n, seed: 1)], seed: seed) { $0[0].tokens(1..<3) }
    check([.random(n, seed: 1), .random([n[0], 2, n[2]], seed: 2)], seed: seed) {
      .concatenatedTokens([$0[0], $0[1], $0[0].tokens(0..<1)])
    }
    check([.random([n[0], n[1], 3, n[2]], seed: 1)], seed: seed) { $0[0].swappedMiddleDimensions() }
    check([.random(n, seed: 1)], seed: seed) { $0[0].reshaped([n[0] * n[1], n[2]]).rows(0..<1) }
  }

  @Test("attention, with and without dropout of probabilities", arguments: seeds, [0, 0.3])
  func attentions(seed: UInt64, dropout: Double) {
    let n = sizes(seed, 1...3, 1...9, 1...20, 1...3, 1...12)
    let (batch, m, keys, heads, width) = (n[0], n[1], n[2], n[3], n[3] * n[4])
    // Drawn anew from the same seed, so that each evaluation has the same masks.
    func drawn() -> Dropout { dropout == 0 ? .none : Dropout(probability: dropout, seed: seed) }
    check([.random([batch, m, 3 * width], seed: seed)], seed: seed) {
      attention(
        queries: $0[0], keysValues: $0[0], keyOffset: width, valueOffset: 2 * width, heads: heads, width: width,
        dropout: drawn())
    }
    check([.random([batch, m, width], seed: 1), .random([batch, keys, 2 * width], seed: seed)], seed: seed) {
      attention(
        queries: $0[0], keysValues: $0[1], keyOffset: width, valueOffset: 0, heads: heads, width: width,
        dropout: drawn())
    }
  }

  private static let forms: [(layout: RotaryEmbedding.PairLayout, window: Int?)] = [
    (.halves, nil), (.interleaved, nil), (.halves, 3),
  ]

  @Test(
    "attention of captions over prefixes, in both layouts of pairs, over all positions and over a window",
    arguments: seeds, forms)
  func prefixAttention(seed: UInt64, form: (layout: RotaryEmbedding.PairLayout, window: Int?)) {
    let n = sizes(seed, 1...2, 1...3, 1...4, 1...5, 1...7, 1...7, 1...7)
    let (groups, heads, d, length) = (n[0], n[0] * n[1], 2 * n[2], n[3])
    let lengths = [n[4], 1, n[5], n[6]]
    let sequences = PackedSequences(lengths: lengths, sequencesPerImage: [3, 1])
    let operation = PrefixAttention(
      sequences: sequences, heads: heads, keyValueHeads: groups, headDimension: d, prefixLength: length,
      rotary: RotaryEmbedding(headDimension: d, rotatedDimension: 2 * ((d + 2) / 4), theta: 100), layout: form.layout,
      window: form.window)
    let tokens = lengths.reduce(0, +)
    check(
      [
        .random([tokens, (heads + 2 * groups) * d], seed: seed),
        .random([2, 2, 2, groups, length, d], seed: 2),
      ], seed: seed
    ) { x in
      operation(x[0], prefixes: x[1], layer: 0) + operation(x[0].scaled(by: 0.5), prefixes: x[1], layer: 1)
    }
  }

  @Test("MLPs", arguments: seeds)
  func multilayerPerceptrons(seed: UInt64) {
    let n = sizes(seed, 1...20, 1...16, 1...16)
    let (x, bias) = (Tensor.random([n[0], n[1]], seed: seed), Tensor.random([n[2]], seed: 2).scaled(by: 0.5))
    func weight(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Tensor {
      Tensor.random([rows, columns], seed: seed).scaled(by: 1 / Float(columns).squareRoot())
    }
    check([x, weight(n[2], n[1], 3), bias, weight(n[1], n[2], 4)], seed: seed) {
      MLP(up: Linear(weight: $0[1].matrix, bias: $0[2]), down: Linear(weight: $0[3].matrix))($0[0])
    }
    check([x, weight(n[2], n[1], 3), weight(n[2], n[1], 5), weight(n[1], n[2], 4)], seed: seed) {
      GatedMLP(
        gate: Linear(weight: $0[1].matrix), up: Linear(weight: $0[2].matrix), down: Linear(weight: $0[3].matrix))(
          $0[0])
    }
  }

  @Test("cross-entropy", arguments: seeds, [0, 0.1])
  func crossEntropy(seed: UInt64, labelSmoothing: Double) {
    let n = sizes(seed, 1...20, 1...16, 2...60)
    let targets = (0..<n[0]).map { $0 * 7 % n[2] }
    check([.random([n[0], n[1]], seed: seed), .random([n[2], n[1]], seed: 2)], seed: seed) {
      Linear(weight: $0[1].matrix).crossEntropy(
        $0[0], targets: targets, labelSmoothing: labelSmoothing, divisor: 0.1, rowsAtOnce: 6)
    }
  }
}
