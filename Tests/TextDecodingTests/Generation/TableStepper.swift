import Foundation
import Tensors
import TestSupport
import TextDecoding

/// A decoder whose logits are a function of all tokens of a row; notes how it was used.
struct FunctionStepper: TokenStepper {
  let vocabularySize: Int
  let logits: ([Int]) -> [Float]
  private(set) var rows: [[Int]]
  let log: Log

  /// What a test may look at after the stepper was used up.
  final class Log {
    var rowCounts: [Int] = []
  }

  init(rowCount: Int, vocabularySize: Int, log: Log = Log(), logits: @escaping ([Int]) -> [Float]) {
    rows = Array(repeating: [], count: rowCount)
    self.vocabularySize = vocabularySize
    self.log = log
    self.logits = logits
  }

  var rowCount: Int { rows.count }

  mutating func step(_ tokens: [[Int]]) throws -> Tensor {
    log.rowCounts.append(tokens.count)
    for row in rows.indices { rows[row] += tokens[row] }
    let values = rows.flatMap(logits)
    return Tensor(values, shape: [rows.count, values.count / max(rows.count, 1)])
  }

  mutating func append() { rows.append([]) }

  mutating func select(rows selected: [Int]) {
    rows = selected.map { rows[$0] }
  }
}

/// The model of `Fixtures/generation`: logits looked up by the last two tokens.
struct TableModel {
  static let contexts = 61
  static let vocabularySize = 48
  let table: [Float]

  init() throws {
    table = try floats("generation/table.f32")
  }

  func logits(after tokens: [Int]) -> [Float] {
    let before = tokens.count > 1 ? tokens[tokens.count - 2] : 0
    let context = (31 * before + 17 * tokens[tokens.count - 1]) % Self.contexts
    return Array(table[context * Self.vocabularySize..<(context + 1) * Self.vocabularySize])
  }

  func stepper(rowCount: Int, log: FunctionStepper.Log = .init()) -> FunctionStepper {
    FunctionStepper(rowCount: rowCount, vocabularySize: Self.vocabularySize, log: log) { logits(after: $0) }
  }
}

/// A file of little-endian 32-bit floats.
func floats(_ path: String) throws -> [Float] {
  let bytes = [UInt8](try Fixture.data(path))
  return stride(from: 0, to: bytes.count, by: 4).map { place in
    Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * $1) })
  }
}
