import CKernels

extension StoredTensor {
  /// The numbers as 32-bit floats: exact for f32, f16 and bf16, rounded to nearest from f64, dequantised from block
  /// types by their definition.
  ///
  /// - Precondition: `elementType.isFloatingPoint`.
  package func toFloat32() -> Tensor {
    var tensor = Tensor(uninitialized: shape)
    tensor.withUnsafeMutableBuffer { copyFloat32(to: $0) }
    return tensor
  }

  /// Writes the same numbers into the caller's memory.
  ///
  /// - Precondition: `elementType.isFloatingPoint`; `destination` has room for `count` numbers and no more.
  package func copyFloat32(to destination: UnsafeMutableBufferPointer<Float>) {
    precondition(elementType.isFloatingPoint, "\(elementType) is no floating-point type")
    precondition(destination.count == count, "room for \(destination.count) numbers of \(count)")
    guard let base = destination.baseAddress, !destination.isEmpty else { return }
    // The file must stay mapped while C reads from it.
    withExtendedLifetime(storage) {
      if let kernelType = elementType.kernelType {
        ck_dequantize_row(kernelType, storage.pointer, base, destination.count)
      } else {
        for index in destination.indices {
          destination[index] = Float(storage.pointer.loadUnaligned(fromByteOffset: index * 8, as: Double.self))
        }
      }
    }
  }
}
