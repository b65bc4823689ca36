import ModelFiles
import Tensors

/// What several decoder families read in the same way.
extension WeightReader {
  /// - Parameter offset: is added to the weight, which Hugging Face's Gemma stores less 1.
  func rmsNorm(
    _ key: String, columns: Int, epsilon: Double, offset: Float = 0
  ) throws(ModelFileError) -> Norm {
    .rms(RMSNorm(weight: try weight(key, columns: columns, offset: offset), epsilon: Float(epsilon)))
  }

  func weight(_ key: String, columns: Int, offset: Float) throws(ModelFileError) -> Tensor {
    let weight = try float32(key, shape: [columns])
    return offset == 0 ? weight : Tensor(weight.values.map { $0 + offset }, shape: [columns])
  }
}

extension Tensor {
  /// Biases one after the other; `nil` where there is none.
  static func joined(_ parts: [Tensor?]) -> Tensor? {
    let parts = parts.compactMap(\.self)
    return parts.isEmpty ? nil : Tensor(parts.flatMap(\.values), shape: [parts.reduce(0) { $0 + $1.count }])
  }
}

extension Array {
  /// The element, or `nil` beyond the end; for lists that may be empty.
  subscript<Wrapped>(safely index: Int) -> Wrapped? where Element == Wrapped? {
    index < count ? self[index] : nil
  }
}
