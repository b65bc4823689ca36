import PrefixMapping
import Tensors
import TestSupport
import Testing
import Training

@Suite("AdamW")
struct AdamWTests {
  /// One parameter of each role.
  private func parameters() -> ParameterSet {
    var set = ParameterSet()
    set.append("layer.weight", .random([2, 3], seed: 1))
    set.append("layer.bias", .random([3], seed: 2))
    set.append("base", .random([1, 2, 1, 2, 2], seed: 3))
    set.append("mean", .random([2, 3], seed: 4))
    return set
  }

  @Test("without gradients only what decays changes", arguments: DecayScope.allCases)
  func decay(scope: DecayScope) {
    var settings = AdamW.Settings()
    settings.weightDecay = 0.5
    settings.decay = scope
    var set = parameters()
    let before = set.parameters
    var optimizer = AdamW(settings, for: set)
    let gradients = before.map { $0.role.isTrained ? Tensor(zeros: $0.tensor.shape) : nil }
    optimizer.update(&set, gradients: gradients, gradientScale: 1, learningRate: 0.25)
    let decaying: Set<ParameterSet.Role> = scope == .all ? [.weight, .vector, .base] : [.weight]
    for (before, after) in zip(before, set.parameters) {
      // 1 - 0.25 · 0.5 has few bits: one rounding.
      let expected = before.tensor.scaled(by: decaying.contains(before.role) ? 0.875 : 1)
      #expect(after.tensor.distance(to: expected) == 0, "\(before.name)")
    }
  }

  @Test("the first step goes by the learning rate against the gradient's sign, however large the gradient")
  func firstStep() {
    var settings = AdamW.Settings()
    settings.weightDecay = 0
    var set = parameters()
    let before = set.parameters
    var optimizer = AdamW(settings, for: set)
    let signs = before.map { Tensor.signs($0.tensor.shape, seed: 9) }
    let gradients = zip(before, signs).map { $0.role.isTrained ? $1.scaled(by: 1000) : nil }
    optimizer.update(&set, gradients: gradients, gradientScale: 0.125, learningRate: 0.01)
    #expect(optimizer.stepCount == 1)
    for ((before, after), sign) in zip(zip(before, set.parameters), signs) where before.role.isTrained {
      var expected = before.tensor
      expected.add(sign.scaled(by: -0.01))
      // The moments' corrections undo them but for rounding: 1e-6 of the step, and half a unit of parameters up to 2.
      #expect(after.tensor.distance(to: expected) < 3e-7, "\(before.name)")
    }
  }

  @Test("constants keep no moments")
  func constants() {
    let optimizer = AdamW(AdamW.Settings(), for: parameters())
    #expect(optimizer.firstMoments.map(\.count) == [6, 3, 8, 0])
    #expect(optimizer.secondMoments.map(\.count) == [6, 3, 8, 0])
  }
}
