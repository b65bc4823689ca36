import Foundation
import ModelFiles
import Tensors

/// How close one model is to its reference.
struct ParityRow {
  static let encoderColumns = ["hidden states", "last hidden state", "pooled", "projected", "logits"]
  static let decoderColumns = [
    "logits", "logits after a prefix", "gradient by prefix", "logits after a prompt", "gradient by prompt",
    "greedy tokens",
  ]

  private struct Difference {
    var largest: Float
    /// The largest number of the reference.
    var scale: Float
  }

  let name: String
  let family: String
  private var differences: [String: Difference] = [:]
  private var counts: [String: (same: Int, all: Int)] = [:]

  init(name: String, family: String) {
    self.name = name
    self.family = family
  }

  /// - Parameters:
  ///   - found: the result; computed only where there is something to compare it with.
  ///   - expected: the reference's result; `nil` where it has none; one of another shape counts as infinitely far.
  mutating func compare(_ column: String, _ found: @autoclosure () throws -> Tensor, _ expected: Tensor?) rethrows {
    guard let expected else { return }
    let found = try found()
    var difference = Difference(largest: found.count == expected.count ? 0 : .infinity, scale: 0)
    for (a, b) in zip(found.values, expected.values) {
      let distance = abs(a - b)
      difference.largest = distance.isNaN ? .infinity : max(difference.largest, distance)
      difference.scale = max(difference.scale, abs(b))
    }
    let known = differences[column]
    differences[column] = Difference(
      largest: max(difference.largest, known?.largest ?? 0), scale: max(difference.scale, known?.scale ?? 0))
  }

  mutating func count(_ column: String, _ same: [Bool]) {
    counts[column] = (same.count(where: \.self), same.count)
  }

  func holds(limit: Float) -> Bool {
    // Gradients are far below 1: the tolerance is a share of their own largest number.
    differences.allSatisfy { column, difference in
      difference.largest <= limit * (column.hasPrefix("gradient") ? difference.scale : max(1, difference.scale))
    } && counts.values.allSatisfy { $0.same == $0.all } && !differences.isEmpty
  }

  private func cell(_ column: String) -> String {
    if let count = counts[column] { return "\(count.same) of \(count.all)" }
    guard let difference = differences[column] else { return "–" }
    return String(format: "%.1e of %.2g", difference.largest, difference.scale)
  }

  static func markdown(_ rows: [ParityRow], columns: [String]) -> String {
    let lines =
      [["model", "family"] + columns, Array(repeating: "---", count: columns.count + 2)]
      + rows.map { row in [row.name, row.family] + columns.map(row.cell) }
    return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
  }
}

/// The tensors that a reference computed.
struct ReferenceTensors {
  private let file: SafetensorsFile

  init(path: String) throws(ModelFileError) {
    file = try SafetensorsFile(path: path)
  }

  var names: [String] { file.tensorNames }

  func ifPresent(_ name: String) -> Tensor? {
    file.tensor(named: name)?.toFloat32()
  }

  func callAsFunction(_ name: String) throws(ModelFileError) -> Tensor {
    guard let tensor = ifPresent(name) else { throw missing(name) }
    return tensor
  }

  /// The rows of a tensor of whole numbers.
  func rows(_ name: String) throws(ModelFileError) -> [[Int]] {
    guard let rows = try rowsIfPresent(name) else { throw missing(name) }
    return rows
  }

  func rowsIfPresent(_ name: String) throws(ModelFileError) -> [[Int]]? {
    guard let stored = file.tensor(named: name) else { return nil }
    guard stored.shape.count == 2, stored.shape[1] > 0 else { throw missing(name) }
    let all: [Int] =
      switch stored.elementType {
      case .i32: stored.storage.buffer.bindMemory(to: Int32.self).map(Int.init)
      case .i64: stored.storage.buffer.bindMemory(to: Int64.self).map(Int.init)
      default: throw missing(name)
      }
    return stride(from: 0, to: all.count, by: stored.shape[1]).map { Array(all[$0..<$0 + stored.shape[1]]) }
  }

  private func missing(_ name: String) -> ModelFileError {
    .invalidValue(path: file.path, key: name, problem: "is not there as it should be")
  }
}

extension Tensor {
  /// Item `index` of the outermost dimension.
  func item(_ index: Int) -> Tensor {
    let size = shape.dropFirst().reduce(1, *)
    return withUnsafeBuffer { Tensor(Array($0[index * size..<(index + 1) * size]), shape: Array(shape.dropFirst())) }
  }
}
