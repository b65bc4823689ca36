import CKernels
import Tensors
import TestSupport
import Testing

@Suite("Products of matrices")
struct MatrixProductTests {
  /// Which operands are read transposed.
  enum Kind: CaseIterable {
    case nt, nn, tn
  }

  struct Shape: CustomTestStringConvertible {
    let m, n, k: Int
    var testDescription: String { "\(m) × \(n), sums of \(k)" }
  }

  /// A single number; less and more than tiles, panels and their parts; blocks of the second operand (4 MB) and of the first
  /// (8 MB).
  static let shapes = [
    Shape(m: 1, n: 1, k: 1), Shape(m: 5, n: 17, k: 3), Shape(m: 13, n: 33, k: 130), Shape(m: 30, n: 70, k: 600),
    Shape(m: 3, n: 2100, k: 513), Shape(m: 1100, n: 20, k: 2050), Shape(m: 4, n: 9, k: 0),
  ]

  /// The product of `a` `[m, k]` and `b` `[k, n]`, which are laid out as `kind` wants them, with rows of `out` three numbers
  /// further apart than they are long.
  private func product(
    _ kind: Kind, _ shape: Shape, _ a: [Float], _ b: [Float], scale: Float = 1, onto start: [Float]? = nil
  ) -> [Float] {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    let stride = n + 3
    var out = [Float](repeating: 7, count: m * stride)
    for (index, value) in (start ?? []).enumerated() { out[index / n * stride + index % n] = value }
    let accumulate: Int32 = start == nil ? 0 : 1
    let left = kind == .tn ? Self.turned(a, rows: m) : a
    let right = kind == .nt ? Self.turned(b, rows: k) : b
    switch kind {
    case .nt: ck_gemm_nt(m, n, k, scale, left, k, right, k, &out, stride, accumulate)
    case .nn: ck_gemm_nn(m, n, k, left, k, right, n, &out, stride, accumulate)
    case .tn: ck_gemm_tn(m, n, k, left, m, right, n, &out, stride, accumulate)
    }
    #expect((0..<m).allSatisfy { out[$0 * stride + n..<($0 + 1) * stride].allSatisfy { $0 == 7 } }, "written beside")
    return (0..<m).flatMap { out[$0 * stride..<$0 * stride + n] }
  }

  private static func turned(_ x: [Float], rows: Int) -> [Float] {
    guard rows > 0, !x.isEmpty else { return x }
    let columns = x.count / rows
    return (0..<columns).flatMap { column in (0..<rows).map { x[$0 * columns + column] } }
  }

  private static func operands(_ shape: Shape) -> (a: [Float], b: [Float]) {
    (
      Tensor.random([shape.m, shape.k], seed: 1).values, Tensor.random([shape.k, shape.n], seed: 2).values
    )
  }

  @Test("equal double precision on every instruction set", arguments: Kind.allCases, shapes)
  func definition(kind: Kind, shape: Shape) {
    let (a, b) = Self.operands(shape)
    for set in KernelSettings.instructionSets {
      let found = KernelSettings.with(instructionSet: set) { product(kind, shape, a, b) }
      // Every row and column, but of large products not each with each.
      for index in Swift.stride(from: 0, to: shape.m * shape.n, by: max(1, shape.m * shape.n / 3001)) {
        let (row, column) = (index / shape.n, index % shape.n)
        var (sum, magnitude) = (0.0, 0.0)
        for j in 0..<shape.k {
          let term = Double(a[row * shape.k + j]) * Double(b[j * shape.n + column])
          sum += term
          magnitude += abs(term)
        }
        // k roundings, each of 2^-24 of what is summed so far, of which many do not conspire and a few may.
        let tolerance = magnitude * (Double(shape.k).squareRoot() + 2) * 0x1p-24
        #expect(abs(Double(found[index]) - sum) <= tolerance, "\(set), \(row), \(column)")
      }
    }
  }

  @Test("a scaled product is added to what is there", arguments: KernelSettings.instructionSets)
  func accumulation(set: String) {
    let shape = Shape(m: 14, n: 40, k: 70)
    let (a, b) = Self.operands(shape)
    let start = Tensor.random([shape.m, shape.n], seed: 3).values
    let (plain, scaled, added) = KernelSettings.with(instructionSet: set) {
      (
        product(.nt, shape, a, b), product(.nt, shape, a, b, scale: 0.5, onto: start),
        product(.tn, shape, a, b, onto: start)
      )
    }
    for index in plain.indices {
      // Sums of 70 products up to 10.
      #expect(abs(scaled[index] - (start[index] + plain[index] / 2)) <= 1e-5)
      #expect(abs(added[index] - (start[index] + plain[index])) <= 1e-5)
    }
  }

  @Test("a row has the same bits alone, among others, and with any number of threads", arguments: Kind.allCases)
  func rowsAlone(kind: Kind) {
    let shape = Shape(m: 37, n: 75, k: 700)
    let (a, b) = Self.operands(shape)
    for set in KernelSettings.instructionSets {
      let (one, three, alone) = KernelSettings.with(instructionSet: set, threads: 1) {
        let one = product(kind, shape, a, b)
        ck_set_threads(3)
        let three = product(kind, shape, a, b)
        let alone = (0..<shape.m).flatMap { row in
          product(kind, Shape(m: 1, n: shape.n, k: shape.k), Array(a[row * shape.k..<(row + 1) * shape.k]), b)
        }
        return (one, three, alone)
      }
      #expect(one == three, "\(set)")
      #expect(one == alone, "\(set)")
    }
  }

  @Test(
    "AVX2 and AVX-512 give the same bits",
    .enabled(if: Set(["AVX2", "AVX-512"]).isSubset(of: KernelSettings.instructionSets)), arguments: Kind.allCases)
  func sameBits(kind: Kind) {
    let shape = Shape(m: 37, n: 75, k: 700)
    let (a, b) = Self.operands(shape)
    let found = ["AVX2", "AVX-512"].map { KernelSettings.with(instructionSet: $0) { product(kind, shape, a, b) } }
    #expect(found[0] == found[1])
  }
}
