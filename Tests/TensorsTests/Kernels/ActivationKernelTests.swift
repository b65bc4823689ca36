import Foundation
import Tensors
import TestSupport
import Testing

/// Activations, their slopes and their gates on each instruction set against plain double precision.
@Suite("Kernels of activations")
struct ActivationKernelTests {
  /// Half a unit in the last place of 1.
  private static let unit = 0x1p-24
  private static let kinds = Activation.allCases

  /// Whole registers and a part of one, from where results vanish through 0 to where they are x, and far beyond.
  private static let line: [Float] =
    (-600...600).map { Float($0) / 50 } + [-1e30, -1e4, -30, -0.0, 1e-7, -1e-7, 30, 1e4, 1e30]

  /// The factor of x in the activation, and the activation's slope.
  private static func exact(_ kind: Activation, _ x: Double) -> (factor: Double, slope: Double) {
    func logistic(_ exponent: Double, _ derivative: Double) -> (Double, Double) {
      let (share, rest) = (1 / (1 + exp(-exponent)), 1 / (1 + exp(exponent)))
      return (share, share + (rest == 0 || share == 0 ? 0 : x * share * rest * derivative))
    }
    switch kind {
    case .none: return (1, 1)
    case .gelu:
      let share = erfc(-x / 2.0.squareRoot()) / 2
      return (share, share + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot())
    case .geluTanh:
      let c = 2 * (2 / Double.pi).squareRoot()
      return logistic(c * (x + 0.044715 * x * x * x), c * (1 + 3 * 0.044715 * x * x))
    case .quickGELU: return logistic(1.702 * x, 1.702)
    case .relu: return x > 0 ? (1, 1) : (0, 0)
    case .silu: return logistic(x, 1)
    case .relu6: return x > 6 ? (6 / x, 0) : x > 0 ? (1, x < 6 ? 1 : 0) : (0, 0)
    }
  }

  /// The rational function of erf is good to 8 units. An exponential of y is good to |y| units, its argument's rounding,
  /// times e^y / (1 + e^y)², which |y| outgrows nowhere by more than 2.3; then come a division and some products.
  private static let units = 16.0

  @Test("values", arguments: kinds, KernelSettings.instructionSets)
  func values(kind: Activation, set: String) throws {
    let found = KernelSettings.with(instructionSet: set) {
      Tensor(Self.line, shape: [Self.line.count]).activated(by: kind).values
    }
    for (x, found) in zip(Self.line, found) {
      let exact = Double(x) * Self.exact(kind, Double(x)).factor
      try #require(
        abs(Double(found) - exact) <= Self.units * Self.unit * abs(Double(x)), "\(x) → \(found), not \(exact)")
    }
  }

  @Test("slopes", arguments: kinds, KernelSettings.instructionSets)
  func slopes(kind: Activation, set: String) throws {
    let count = Self.line.count
    let cotangent = Tensor.random([count], seed: 2)
    let gradient = KernelSettings.with(instructionSet: set) {
      gradients(of: [Tensor(Self.line, shape: [count])], cotangent: cotangent) { $0[0].activated(by: kind) }
    }.gradients[0]
    let (grad, found) = (cotangent.values, try #require(gradient).values)
    for (index, x) in Self.line.enumerated() {
      let exact = Double(grad[index]) * Self.exact(kind, Double(x)).slope
      // x times a slope of the logistic function is up to some units of 1 as well.
      let bound = 2 * Self.units * Self.unit * abs(Double(grad[index]))
      try #require(abs(Double(found[index]) - exact) <= bound, "at \(x) \(found[index]), not \(exact)")
    }
  }

  @Test("gates and their gradients", arguments: kinds, KernelSettings.instructionSets)
  func gates(kind: Activation, set: String) throws {
    for width in [1, 3, 17, 1023] {
      let (gateUp, grad) = (Tensor.random([3, 2 * width], seed: 1), Tensor.random([3, width], seed: 2))
      let found = KernelSettings.with(instructionSet: set) {
        gradients(of: [gateUp], cotangent: grad) { $0[0].gated(by: kind) }
      }
      let (inputs, grads, outs) = (gateUp.values, grad.values, found.out.values)
      let backs = try #require(found.gradients[0]).values
      for row in 0..<3 {
        for column in 0..<width {
          let index = row * width + column
          let place = row * 2 * width + column
          let (gate, up) = (Double(inputs[place]), Double(inputs[place + width]))
          let (factor, slope) = Self.exact(kind, gate)
          let bound = 2 * Self.units * Self.unit
          let grad = Double(grads[index])
          try #require(abs(Double(outs[index]) - gate * factor * up) <= bound * abs(gate * up))
          try #require(abs(Double(backs[place]) - grad * up * slope) <= bound * abs(grad * up))
          try #require(abs(Double(backs[place + width]) - grad * gate * factor) <= bound * abs(grad * gate))
        }
      }
    }
  }

  @Test("what is no number stays none", arguments: kinds, KernelSettings.instructionSets)
  func notANumber(kind: Activation, set: String) {
    KernelSettings.with(instructionSet: set) {
      #expect(Tensor([.nan, 1], shape: [2]).activated(by: kind).values[0].isNaN)
    }
  }
}
