import CKernels
import Foundation
import Tensors
import TestSupport
import Testing

/// The kernels of `row_gradients.h` on each instruction set against plain double precision, on lengths that are whole
/// registers, parts of one, and neither.
@Suite("Gradients of rows")
struct RowGradientTests {
  private static let lengths = [1, 3, 17, 1023]
  private static let rows = 3
  /// Half a unit in the last place of 1.
  private static let unit = 0x1p-24

  /// - Parameters:
  ///   - exact: element → its value, and the size of the terms that it is made of.
  ///   - units: how many roundings of that size are allowed.
  private func expect(
    _ found: [Float], units: Double, _ name: String, _ exact: (Int) -> (value: Double, size: Double),
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (index, found) in found.enumerated() {
      let (value, size) = exact(index)
      guard abs(Double(found) - value) <= units * Self.unit * size else {
        Issue.record("\(name)[\(index)] is \(found), not \(value)", sourceLocation: sourceLocation)
        return
      }
    }
  }

  private func random(_ count: Int, seed: UInt64) -> [Float] { Tensor.random([count], seed: seed).values }

  // Sums run in 16 lanes, of 64 terms each at 1023 columns, and then over the lanes; three of them go into an element.
  @Test("layer norm", arguments: lengths, KernelSettings.instructionSets)
  func layerNorm(length: Int, set: String) {
    let count = Self.rows * length
    let (x, grad) = (random(count, seed: 1), random(count, seed: 2))
    let (weight, epsilon) = (random(length, seed: 3), Float(1e-2))
    var gradX = [Float](repeating: 0, count: count)
    // What is there already is added to.
    var (gradWeight, gradBias) = (random(length, seed: 4), random(length, seed: 5))
    let (weightBefore, biasBefore) = (gradWeight, gradBias)
    KernelSettings.with(instructionSet: set) {
      ck_layer_norm_backward(Self.rows, length, x, weight, epsilon, grad, &gradX, &gradWeight, &gradBias)
    }
    let norms = (0..<Self.rows).map {
      Norm(row: $0, x: x, grad: grad, weight: weight, epsilon: Double(epsilon), centred: true)
    }
    expect(gradX, units: 64, "x") { norms[$0 / length].gradient($0 % length) }
    expect(gradWeight, units: 32, "weight") { i in
      let terms = norms.map { Double(grad[$0.first + i]) * $0.normal[i] }
      return (terms.reduce(Double(weightBefore[i]), +), terms.reduce(2) { $0 + abs($1) })
    }
    expect(gradBias, units: 3, "bias") { i in
      let terms = norms.map { Double(grad[$0.first + i]) }
      return (terms.reduce(Double(biasBefore[i]), +), terms.reduce(2) { $0 + abs($1) })
    }
  }

  @Test("RMS norm", arguments: lengths, KernelSettings.instructionSets)
  func rmsNorm(length: Int, set: String) {
    let count = Self.rows * length
    let (x, grad) = (random(count, seed: 1), random(count, seed: 2))
    let (weight, epsilon) = (random(length, seed: 3), Float(1e-2))
    var gradX = [Float](repeating: 0, count: count)
    var gradWeight = random(length, seed: 4)
    let weightBefore = gradWeight
    KernelSettings.with(instructionSet: set) {
      ck_rms_norm_backward(Self.rows, length, x, weight, epsilon, grad, &gradX, &gradWeight)
    }
    let norms = (0..<Self.rows).map {
      Norm(row: $0, x: x, grad: grad, weight: weight, epsilon: Double(epsilon), centred: false)
    }
    expect(gradX, units: 64, "x") { norms[$0 / length].gradient($0 % length) }
    expect(gradWeight, units: 32, "weight") { i in
      let terms = norms.map { Double(grad[$0.first + i]) * $0.normal[i] }
      return (terms.reduce(Double(weightBefore[i]), +), terms.reduce(2) { $0 + abs($1) })
    }
  }

  @Test("softmax within attention", arguments: lengths, KernelSettings.instructionSets)
  func softmax(length: Int, set: String) {
    // One query of one number: the score of key j is q k[j], its probability p[j].
    let (q, k, v, grad) = (Float(1.5), random(length, seed: 1), random(length, seed: 2), Float(-0.75))
    var (probabilities, gradK, gradV) = (k, k, k)
    var (out, gradQ) = ([Float(0)], [Float(0)])
    KernelSettings.with(instructionSet: set) {
      [q].withUnsafeBufferPointer { q in
        k.withUnsafeBufferPointer { k in
          v.withUnsafeBufferPointer { v in
            var kernel = ck_dense_attention(
              batch: 1, heads: 1, m: 1, n: length, d: 1, q: q.baseAddress, k: k.baseAddress, v: v.baseAddress,
              stride_q: 1, stride_k: 1, stride_v: 1, dropout: nil)
            ck_dense_attention_forward(&kernel, &probabilities, &out)
            ck_dense_attention_backward(&kernel, probabilities, [grad], &gradQ, &gradK, &gradV)
          }
        }
      }
    }
    let exponentials = k.map { exp(Double(q) * Double($0)) }
    let sum = exponentials.reduce(0, +)
    let p = exponentials.map { $0 / sum }
    let mean = zip(p, v).reduce(0) { $0 + $1.0 * Double($1.1) }
    let scores = p.indices.map { p[$0] * Double(grad) * (Double(v[$0]) - mean) }
    // Exponentials, sums of 64 terms in a lane, and a handful of products.
    expect(out, units: 64, "out") { _ in (mean, 2) }
    expect(gradV, units: 64, "v") { (p[$0] * Double(grad), p[$0]) }
    expect(gradK, units: 64, "k") { (scores[$0] * Double(q), 4 * p[$0] * Double(q)) }
    expect(gradQ, units: 64, "q") { _ in (zip(scores, k).reduce(0) { $0 + $1.0 * Double($1.1) }, 8) }
  }

  @Test("cross-entropy", arguments: lengths, KernelSettings.instructionSets)
  func crossEntropy(length: Int, set: String) {
    let (smoothing, scale) = (Float(0.1), Float(0.25))
    let z = random(Self.rows * length, seed: 1)
    let targets = [0, length / 2, length - 1]
    var gradients = z
    var losses = [Float](repeating: 0, count: Self.rows)
    KernelSettings.with(instructionSet: set) {
      ck_cross_entropy(Self.rows, length, targets.map(Int32.init), nil, smoothing, scale, &gradients, &losses)
    }
    let sums = (0..<Self.rows).map { row in (0..<length).reduce(0) { $0 + exp(Double(z[row * length + $1])) } }
    let (ε, scaled) = (Double(smoothing), Double(scale))
    expect(losses, units: 64, "loss") { row in
      let mean = (0..<length).reduce(0) { $0 + Double(z[row * length + $1]) } / Double(length)
      return (log(sums[row]) - (1 - ε) * Double(z[row * length + targets[row]]) - ε * mean, 4)
    }
    expect(gradients, units: 64, "gradient") { index in
      let (row, i) = (index / length, index % length)
      let p = exp(Double(z[index])) / sums[row]
      let target = ε / Double(length) + (i == targets[row] ? 1 - ε : 0)
      return (scaled * (p - target), scaled * (p + target))
    }
  }

  @Test("AdamW", arguments: lengths, KernelSettings.instructionSets)
  func adamW(length: Int, set: String) {
    let step = ck_adamw_step(
      gradient_scale: 0.5, decay: 0.99, beta1: 0.9, beta2: 0.98, step_size: 0.02, second_correction: 1.5, epsilon: 1e-3)
    let grad = random(length, seed: 1)
    var (parameter, first) = (random(length, seed: 2), random(length, seed: 3))
    var second = random(length, seed: 4).map(abs)
    let before = (parameter: parameter, first: first, second: second)
    KernelSettings.with(instructionSet: set) {
      withUnsafePointer(to: step) { ck_adamw(length, $0, grad, &parameter, &first, &second) }
    }
    func moments(_ i: Int) -> (first: Double, second: Double) {
      let g = Double(grad[i]) * 0.5
      let (beta1, beta2) = (Double(step.beta1), Double(step.beta2))
      return (
        beta1 * Double(before.first[i]) + (1 - beta1) * g, beta2 * Double(before.second[i]) + (1 - beta2) * g * g
      )
    }
    // 1 - β is rounded when it is formed in float: half a unit of 1, which is 2⁵ units of 0.02.
    expect(first, units: 4, "first moment") { (moments($0).first, 2) }
    expect(second, units: 4, "second moment") { (moments($0).second, 2) }
    expect(parameter, units: 8, "parameter") { i in
      let (m, v) = moments(i)
      let update = Double(step.step_size) * m / (v.squareRoot() * 1.5 + Double(step.epsilon))
      return (Double(before.parameter[i]) * Double(step.decay) - update, 2 + abs(update))
    }
  }

  @Test(
    "products, sums of columns and of squares, scales and blends", arguments: lengths, KernelSettings.instructionSets)
  func elementwise(length: Int, set: String) {
    let (x, y) = (random(Self.rows * length, seed: 1), random(Self.rows * length, seed: 2))
    let bias = random(length, seed: 3)
    var (product, scaled, blended, sums) = (x, x, y, bias)
    let squares = KernelSettings.with(instructionSet: set) {
      ck_multiply(x.count, x, y, &product)
      ck_scale(x.count, -0.3, &scaled)
      ck_blend(x.count, 0.99, x, &blended)
      ck_add_column_sums(Self.rows, length, x, &sums)
      return ck_sum_of_squares(x.count, x)
    }
    expect(product, units: 1, "product") { (Double(x[$0]) * Double(y[$0]), 4) }
    expect(scaled, units: 1, "scaled") { (Double(x[$0]) * Double(Float(-0.3)), 1) }
    let keep = Double(Float(0.99))
    expect(blended, units: 4, "blend") { (Double(y[$0]) * keep + Double(x[$0]) * (1 - keep), 2) }
    expect(sums, units: 3, "column sum") { i in
      ((0..<Self.rows).reduce(Double(bias[i])) { $0 + Double(x[$1 * length + i]) }, 8)
    }
    let exact = x.reduce(0) { $0 + Double($1) * Double($1) }
    // A lane adds up to 192 squares.
    #expect(abs(squares - exact) <= 32 * Self.unit * exact)
  }
}

/// One row of a norm in double precision.
private struct Norm {
  /// Where the row begins.
  let first: Int
  let normal: [Double]
  private let weighted: [Double]
  private let scale: Double
  private let centred: Bool

  /// - Parameter centred: whether the mean is taken off, as layer normalisation does.
  init(row: Int, x: [Float], grad: [Float], weight: [Float], epsilon: Double, centred: Bool) {
    let columns = weight.count
    first = row * columns
    let values = x[first..<first + columns].map { Double($0) }
    let mean = centred ? values.reduce(0, +) / Double(columns) : 0
    let scale = 1 / (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns) + epsilon).squareRoot()
    self.scale = scale
    normal = values.map { ($0 - mean) * scale }
    weighted = zip(grad[first..<first + columns], weight).map { Double($0) * Double($1) }
    self.centred = centred
  }

  func gradient(_ i: Int) -> (value: Double, size: Double) {
    let count = Double(normal.count)
    let mean = centred ? weighted.reduce(0, +) / count : 0
    let along = zip(weighted, normal).reduce(0) { $0 + $1.0 * $1.1 } / count
    return (
      (weighted[i] - mean - normal[i] * along) * scale,
      (abs(weighted[i]) + abs(mean) + abs(normal[i] * along) + 1) * scale
    )
  }
}
