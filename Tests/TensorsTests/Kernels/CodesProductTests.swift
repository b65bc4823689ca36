import CKernels
import Tensors
import TestSupport
import Testing

/// Products in 8 bits against their definition: rows rounded to 127 steps of their largest magnitude in each group, codes of
/// the matrix as they are stored, sums in double precision.
@Suite("Products of codes")
struct CodesProductTests {
  static let quantizedTypes = ElementType.allCases.filter { $0.isQuantized && Linear.supports($0) }

  /// A row in bytes, with one scale for each group.
  static func rounded(_ x: ArraySlice<Float>, group: Int) -> (codes: [Float], scales: [Float]) {
    var codes: [Float] = []
    var scales: [Float] = []
    for start in stride(from: x.startIndex, to: x.endIndex, by: group) {
      let block = x[start..<min(start + group, x.endIndex)]
      let largest = block.map(abs).max() ?? 0
      let inverse = largest > 0 ? 127 / largest : 0
      scales.append(largest / 127)
      codes += block.map { ($0 * inverse).rounded(.toNearestOrEven) }
    }
    return (codes, scales)
  }

  /// The stored matrix, split into codes, scales and minima.
  private func split(_ weight: StoredTensor) throws -> (codes: [UInt8], scales: [Float], minima: [Float], group: Int) {
    let type = try #require(weight.elementType.kernelType)
    let (rows, columns, group) = (weight.shape[0], weight.shape[1], ck_code_group(type))
    var codes = [UInt8](repeating: 0, count: rows * columns)
    var scales = [Float](repeating: 0, count: rows * columns / group)
    var minima = scales
    ck_split_row(type, weight.storage.pointer, &codes, &scales, &minima, rows * columns)
    return (codes, scales, minima, group)
  }

  /// `[rows, outputs]` of the definition, and for each the size of what is added up, by which rounding is bounded.
  private func product(_ x: Tensor, _ weight: StoredTensor) throws -> [(value: Double, size: Double)] {
    let (codes, scales, minima, group) = try split(weight)
    let columns = weight.shape[1]
    return (0..<x.rows).flatMap { row in
      let rounded = Self.rounded(x.values[row * columns..<(row + 1) * columns], group: group)
      return (0..<weight.shape[0]).map { output in
        var (value, size) = (0.0, 0.0)
        for k in 0..<columns {
          let place = output * columns + k
          let step = Double(rounded.codes[k]) * Double(rounded.scales[k / group])
          let (large, small) = (Double(scales[place / group]) * Double(codes[place]), Double(minima[place / group]))
          value += step * (large + small)
          size += abs(step) * (abs(large) + abs(small))
        }
        return (value, size)
      }
    }
  }

  private func expectClose(_ found: Tensor, _ expected: [(value: Double, size: Double)], _ comment: Comment) {
    #expect(found.count == expected.count, comment)
    // Sums within a group are exact; those of groups err by a unit of the size of what is added up at each step.
    let worst = zip(found.values, expected).map { abs(Double($0) - $1.value) / max($1.size, 1e-30) }.max() ?? 0
    #expect(worst <= 16 * 0x1p-24, comment)
  }

  @Test(
    "every block-quantised type equals the definition on every instruction set, for few rows and for many, as stored",
    arguments: quantizedTypes, [1, 2, 3, 4, 5, 6, 7, 8, 9, 40])
  func stored(type: ElementType, rows: Int) throws {
    // Odd numbers of blocks, and of rows.
    let weight = StoredTensor.random(type, rows: 67, columns: type.blockSize == 256 ? 768 : 96, seed: 5)
    let x = Tensor.random([rows, weight.shape[1]], seed: 6)
    let expected = try product(x, weight)
    for set in KernelSettings.instructionSets {
      let found = KernelSettings.with(instructionSet: set) {
        Linear(weight: weight).prepared(MatrixPlan(roundsRows: true))(x)
      }
      expectClose(found, expected, "\(set)")
    }
  }

  @Test("a packed copy equals the definition, too", arguments: quantizedTypes, [9, 12, 13, 25, 300])
  func packed(type: ElementType, rows: Int) throws {
    let weight = StoredTensor.random(type, rows: 67, columns: type.blockSize == 256 ? 256 : 160, seed: 7)
    let x = Tensor.random([rows, weight.shape[1]], seed: 8)
    let expected = try product(x, weight)
    for set in KernelSettings.instructionSets {
      let found = KernelSettings.with(instructionSet: set) {
        Linear(weight: weight).prepared(MatrixPlan(packed: .int8))(x)
      }
      expectClose(found, expected, "\(set)")
    }
  }

  @Test("codes, scales and minima are the dequantised values, bit for bit", arguments: quantizedTypes)
  func split(type: ElementType) throws {
    let weight = StoredTensor.random(type, rows: 3, columns: 512, seed: 9)
    let (codes, scales, minima, group) = try split(weight)
    let values = weight.toFloat32().values
    for (place, value) in values.enumerated() {
      #expect(scales[place / group] * Float(codes[place]) + minima[place / group] == value)
    }
  }

  @Test("extreme codes on both sides neither overflow nor saturate, on any instruction set")
  func extremes() {
    // q8_0: a scale of 1 and codes -128 or 127, which meet 127 and -127.
    let columns = 64
    let block: [UInt8] = [0x00, 0x3C] + [UInt8](repeating: 0x80, count: 32)
    let other: [UInt8] = [0x00, 0x3C] + [UInt8](repeating: 0x7F, count: 32)
    let weight = (block + block + other + other).withUnsafeBytes {
      StoredTensor(elementType: .q8_0, shape: [2, columns], storage: StoredTensor.Bytes(copying: $0))
    }
    for sign in [Float(1), -1] {
      let x = Tensor([Float](repeating: sign * 127, count: columns), shape: [1, columns])
      for set in KernelSettings.instructionSets {
        let found = KernelSettings.with(instructionSet: set) {
          Linear(weight: weight).prepared(MatrixPlan(roundsRows: true))(x)
        }
        #expect(found.values == [sign * -128 * 127 * 64, sign * 127 * 127 * 64], "\(set)")
      }
    }
  }

  @Test(
    "a row with a number that is none gives none, and other rows are not touched", arguments: [Float.nan, .infinity])
  func specialNumbers(special: Float) {
    let weight = StoredTensor.random(.q4_1, rows: 5, columns: 64, seed: 10)
    var values = Tensor.random([2, 64], seed: 11).values
    values[70] = special
    for set in KernelSettings.instructionSets {
      let found = KernelSettings.with(instructionSet: set) {
        Linear(weight: weight).prepared(MatrixPlan(roundsRows: true))(Tensor(values, shape: [2, 64])).values
      }
      #expect(found[..<5].allSatisfy(\.isFinite) && found[5...].allSatisfy { !$0.isFinite }, "\(set)")
    }
  }

  @Test("zeros stay zeros")
  func zeros() {
    let weight = StoredTensor.random(.q4_0, rows: 5, columns: 64, seed: 12)
    let found = Linear(weight: weight).prepared(MatrixPlan(roundsRows: true))(Tensor(zeros: [3, 64]))
    #expect(found.values.allSatisfy { $0 == 0 })
  }

  @Test("the sum does not depend on how many threads there are", arguments: [1, 5, 9, 100])
  func threads(rows: Int) {
    let weight = StoredTensor.random(.q4_1, rows: 300, columns: 576, seed: 13)
    let x = Tensor.random([rows, 576], seed: 14)
    let layer = Linear(weight: weight).prepared(MatrixPlan(roundsRows: true))
    let alone = KernelSettings.with(threads: 1) { layer(x).values }
    let together = KernelSettings.with(threads: 3) { layer(x).values }
    #expect(alone == together)
  }

  @Test("layers of several types side by side equal each by itself, those of floats in f32")
  func mixture() {
    let types: [ElementType] = [.q4_K, .q6_K, .f16, .q8_0]
    let layers = types.enumerated().map {
      Linear(weight: .random($1, rows: 9, columns: 256, seed: UInt64($0))).prepared(MatrixPlan(roundsRows: true))
    }
    let x = Tensor.random([2, 256], seed: 15)
    let (together, apart) = KernelSettings.with {
      (Linear.concatenated(layers, x).values, layers.map { $0(x).values })
    }
    for row in 0..<2 {
      let expected = apart.flatMap { $0[row * 9..<(row + 1) * 9] }
      #expect(Array(together[row * 36..<(row + 1) * 36]) == expected)
    }
  }
}
