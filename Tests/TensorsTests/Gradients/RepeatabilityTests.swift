import Tensors
import TestSupport
import Testing

@Suite("Gradients to the bit")
struct RepeatabilityTests {
  /// Sizes at which every operation but the products is shared among threads.
  private static let (rows, columns) = (70, 600)

  /// Norms, activations, attention, column sums and cross-entropy, each large enough to be shared; the products are of one
  /// row block, which one thread computes.
  private static func run() -> [Tensor] {
    let weight = Tensor.random([columns], seed: 2)
    let (q, kv) = (Tensor.random([2, 12, 48], seed: 3), Tensor.random([2, 15, 96], seed: 4))
    let norms = gradients(
      of: [.random([rows, columns], seed: 1), weight, weight], cotangent: .random([rows, columns / 2], seed: 5)
    ) {
      ($0[0].layerNormalized(weight: $0[1], bias: $0[2], epsilon: 1e-5).activated(by: .gelu) + $0[0])
        .rmsNormalized(weight: $0[1], epsilon: 1e-5).adding(rowsOf: $0[2]).gated(by: .silu)
    }
    let attentions = gradients(of: [q, kv], cotangent: .random([2, 12, 48], seed: 6)) {
      attention(
        queries: $0[0], keysValues: $0[1], keyOffset: 0, valueOffset: 48, heads: 4, width: 48,
        dropout: Dropout(probability: 0.1, seed: 1))
    }
    let loss = gradients(
      of: [.random([8, 16], seed: 7), .random([2000, 16], seed: 8)], cotangent: Tensor([1], shape: [])
    ) {
      Linear(weight: $0[1].matrix).crossEntropy($0[0], targets: Array(repeating: 5, count: 8), labelSmoothing: 0.1)
    }
    return [norms, attentions, loss].flatMap { [$0.out] + $0.gradients.compactMap { $0 } }
  }

  private func expectSameBits(_ a: [Tensor], _ b: [Tensor]) {
    #expect(a.count == 10 && b.count == 10)
    for (index, (a, b)) in zip(a, b).enumerated() {
      #expect(a.values.map(\.bitPattern) == b.values.map(\.bitPattern), "tensor \(index)")
    }
  }

  @Test("the same gradients come twice in a row", arguments: [1, 2])
  func twice(threads: Int) {
    KernelSettings.with(threads: threads) { expectSameBits(Self.run(), Self.run()) }
  }

  @Test("two threads compute what one computes")
  func threadCount() {
    let one = KernelSettings.with(threads: 1) { Self.run() }
    let two = KernelSettings.with(threads: 2) { Self.run() }
    expectSameBits(one, two)
  }
}
