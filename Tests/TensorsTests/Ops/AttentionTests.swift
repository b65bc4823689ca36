import CKernels
import Tensors
import TestSupport
import Testing

@Suite("Attention without a mask")
struct AttentionTests {
  private func attend(
    _ queries: Tensor, _ keysValues: Tensor, heads: Int, width: Int, precision: MatrixPrecision
  ) -> Tensor {
    attention(
      queries: queries, keysValues: keysValues, keyOffset: 0, valueOffset: width, heads: heads, width: width,
      precision: precision)
  }

  /// By the definition, in double precision.
  private func expected(_ queries: Tensor, _ keysValues: Tensor, heads: Int, width: Int) -> [Double] {
    let (batch, m, n, d) = (queries.shape[0], queries.shape[1], keysValues.shape[1], width / heads)
    let (q, kv) = (queries.values.map { Double($0) }, keysValues.values.map { Double($0) })
    var out: [Double] = []
    for item in 0..<batch {
      for row in 0..<m {
        for head in 0..<heads {
          let scores = (0..<n).map { column in
            (0..<d).reduce(0.0) { sum, i in
              sum + q[(item * m + row) * width + head * d + i] * kv[(item * n + column) * 2 * width + head * d + i]
            } / Double(d).squareRoot()
          }
          let largest = scores.max() ?? 0
          let exponentials = scores.map { exponential($0 - largest) }
          let total = exponentials.reduce(0, +)
          for i in 0..<d {
            out.append(
              (0..<n).reduce(0.0) { sum, column in
                sum + exponentials[column] / total * kv[(item * n + column) * 2 * width + width + head * d + i]
              })
          }
        }
      }
    }
    return out
  }

  private func exponential(_ x: Double) -> Double {
    // e^x = (e^(x / 1024))^1024 by Taylor's series: exact to some 1e-13 for what is needed here.
    let small = x / 1024
    var (term, sum) = (1.0, 1.0)
    for k in 1..<8 {
      term *= small / Double(k)
      sum += term
    }
    return (0..<10).reduce(sum) { power, _ in power * power }
  }

  /// Keys below, at and above whole panels of 32.
  @Test("equals the definition on every instruction set", arguments: [(1, 3, 5), (2, 7, 32), (3, 13, 33), (2, 2, 65)])
  func definition(batch: Int, m: Int, n: Int) {
    let (heads, width) = (2, 32)
    let queries = Tensor.random([batch, m, width], seed: 1)
    let keysValues = Tensor.random([batch, n, 2 * width], seed: 2)
    let expected = expected(queries, keysValues, heads: heads, width: width)
    for set in KernelSettings.instructionSets {
      let (found, hasFastBF16, hasFastHalves) = KernelSettings.with(instructionSet: set) {
        (
          MatrixPrecision.allCases.map { attend(queries, keysValues, heads: heads, width: width, precision: $0) },
          MatrixPrecision.hasFastBF16, ck_f16_is_fast() != 0
        )
      }
      func distance(_ tensor: Tensor) -> Double {
        zip(tensor.values, expected).map { abs(Double($0) - $1) }.max() ?? 0
      }
      // In f32 scores, sums of 16 products up to 4, move by some 1e-6, and results, averages of numbers up to 2, with them.
      #expect(distance(found[0]) <= 1e-5, "\(set)")
      // Rounded to bfloat16, numbers move by 2^-9 of themselves: scores by at most 2 * 2^-9 * 4 * 16 / 4 = 1/16 where all
      // products conspire, probabilities by as much of themselves and 2^-9, values by 2^-9.
      #expect(distance(found[1]) <= 2.0 / 16, "\(set)")
      if !hasFastBF16 && hasFastHalves {
        // Halves have three bits more than bfloat16: an eighth of that. Measured: an eighth again, 2e-3.
        #expect(distance(found[2]) <= 2.0 / 128, "\(set)")
      } else {
        #expect(found[2].values == found[hasFastBF16 ? 1 : 0].values, "\(set)")
      }
    }
  }
}
