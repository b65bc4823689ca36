import Foundation
import ModelFiles
package import Tensors

/// The tensors of a fixture, as its reference computed them.
package struct Reference {
  private let file: SafetensorsFile

  /// - Parameter path: of a safetensors file under `Fixtures/`.
  package init(_ path: String) throws {
    file = try SafetensorsFile(path: Fixture.url(path).path(percentEncoded: false))
  }

  package var names: [String] { file.tensorNames }

  package func callAsFunction(_ name: String) throws -> Tensor {
    try stored(name).toFloat32()
  }

  package func integers(_ name: String) throws -> [Int] {
    let tensor = try stored(name)
    switch tensor.elementType {
    case .i32: return tensor.storage.buffer.bindMemory(to: Int32.self).map(Int.init)
    case .i64: return tensor.storage.buffer.bindMemory(to: Int64.self).map(Int.init)
    default: throw MissingTensor(name: "\(name) as integers")
    }
  }

  /// As the file has it.
  package func stored(_ name: String) throws -> StoredTensor {
    guard let tensor = file.tensor(named: name) else { throw MissingTensor(name: name) }
    return tensor
  }

  struct MissingTensor: Error {
    let name: String
  }
}

extension Tensor {
  /// The largest absolute difference of two tensors of one shape; infinity where shapes differ or a number is NaN.
  package func distance(to other: Tensor) -> Float {
    guard shape == other.shape else { return .infinity }
    var largest: Float = 0
    for (a, b) in zip(values, other.values) {
      let difference = abs(a - b)
      if difference.isNaN { return .infinity }
      largest = max(largest, difference)
    }
    return largest
  }

  /// Item `index` of the outermost dimension.
  package subscript(index: Int) -> Tensor {
    let size = shape.dropFirst().reduce(1, *)
    return Tensor(Array(values[index * size..<(index + 1) * size]), shape: Array(shape.dropFirst()))
  }
}
