import Foundation
import Tensors
import TestSupport

/// What a tensor of a fixture holds, as its reference spells it out in JSON.
struct SpelledOutTensor: Decodable {
  let elementType: String
  let shape: [Int]
  /// Hexadecimal.
  let bytes: String

  static func all(_ path: String) throws -> [String: SpelledOutTensor] {
    try JSONDecoder().decode([String: SpelledOutTensor].self, from: Fixture.data(path))
  }

  func describes(_ tensor: StoredTensor) -> Bool {
    numpyName(tensor.elementType) == elementType && tensor.shape == shape && hexadecimal(tensor) == bytes
  }

  private func numpyName(_ type: ElementType) -> String {
    switch type {
    case .f64: "float64"
    case .f32: "float32"
    case .f16: "float16"
    case .bf16: "bfloat16"
    case .bool: "bool"
    default:
      type.rawValue.replacingOccurrences(of: "u", with: "uint", options: .anchored)
        .replacingOccurrences(of: "i", with: "int", options: .anchored)
    }
  }

  private func hexadecimal(_ tensor: StoredTensor) -> String {
    withExtendedLifetime(tensor) {
      tensor.storage.buffer.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
  }
}
