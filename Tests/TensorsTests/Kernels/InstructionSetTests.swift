import CKernels
import Tensors
import TestSupport
import Testing

/// Each set against the portable one.
@Suite("Instruction sets")
struct InstructionSetTests {
  static let sets = KernelSettings.instructionSets
  static let lengths = [1, 3, 15, 16, 17, 31, 33, 64, 100, 577, 1023]

  private func compare(
    _ length: Int, tolerance: Float, rows: Int = 3, seed: UInt64 = 1, _ operation: (Tensor) -> Tensor
  ) {
    let x = Tensor.random([rows, length], seed: seed)
    let expected = KernelSettings.with(instructionSet: "portable") { operation(x) }
    for set in Self.sets {
      let found = KernelSettings.with(instructionSet: set) { operation(x) }
      #expect(found.distance(to: expected) <= tolerance, "\(set), \(length)")
    }
  }

  // Sums run in the same 16 lanes everywhere; fused multiply-add leaves a few units in the last place of numbers around 1.
  @Test("layer norm", arguments: lengths)
  func layerNorm(length: Int) {
    let (weight, bias) = (Tensor.random([length], seed: 2), Tensor.random([length], seed: 3))
    compare(length, tolerance: 4e-6) { $0.layerNormalized(weight: weight, bias: bias, epsilon: 1e-6) }
  }

  @Test("RMS norm", arguments: lengths)
  func rmsNorm(length: Int) {
    let weight = Tensor.random([length], seed: 2)
    compare(length, tolerance: 2e-6) { $0.rmsNormalized(weight: weight, epsilon: 1e-6) }
  }

  @Test("GELU", arguments: lengths)
  func gelu(length: Int) {
    compare(length, tolerance: 1e-6) { $0.activated(by: .gelu) }
  }

  @Test("SiLU gate", arguments: lengths)
  func siluGate(length: Int) {
    compare(2 * length, tolerance: 1e-6) { $0.gated(by: .silu) }
  }

  @Test("softmax", arguments: lengths)
  func softmax(length: Int) {
    compare(length, tolerance: 1e-6) { $0.softmax() }
  }

  @Test(
    "products with every storage type equal those with the dequantised matrix, for few rows and for many",
    arguments: ElementType.allCases.filter(Linear.supports), [1, 2, 8, 9, 40])
  func products(type: ElementType, rows: Int) {
    let columns = type.blockSize == 256 ? 512 : type.isQuantized ? 96 : 101
    // Rows that are no multiple of the panel, nor of anything.
    let weight = StoredTensor.random(type, rows: 131, columns: columns, seed: 5)
    let x = Tensor.random([rows, columns], seed: 6)
    let plain = weight.toFloat32().values
    for set in Self.sets {
      let found = KernelSettings.with(instructionSet: set) { Linear(weight: weight)(x) }
      for row in [0, rows - 1] {
        for output in 0..<131 {
          var exact = 0.0
          var size = 0.0
          for k in 0..<columns {
            let term = Double(plain[output * columns + k]) * Double(x.values[row * columns + k])
            exact += term
            size += abs(term)
          }
          // A float sum of n terms errs by at most n units of the sum of sizes; in lanes it is far less than n.
          #expect(abs(Double(found.values[row * 131 + output]) - exact) <= 16 * size * 0x1p-24, "\(set)")
        }
      }
    }
  }

  @Test(
    "unpacked rows equal the plain dequantisation bit for bit", arguments: ElementType.allCases.filter(Linear.supports))
  func unpacked(type: ElementType) throws {
    let columns = type.blockSize == 256 ? 512 : type.isQuantized ? 96 : 101
    let kernelType = try #require(type.kernelType)
    let weight = StoredTensor.random(type, rows: 7, columns: columns, seed: 8)
    let expected = weight.toFloat32().values
    for set in Self.sets {
      var found = [Float](repeating: 0, count: 7 * columns)
      KernelSettings.with(instructionSet: set) {
        ck_unpack_row(kernelType, weight.storage.pointer, &found, 7 * columns)
      }
      #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "\(set)")
    }
  }
}
