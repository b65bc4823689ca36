import CKernels

extension StoredTensor {
  /// The numbers as 32-bit floats: exact for f32, f16 and bf16, rounded to nearest from f64, dequantised from block
  /// types by their definition.
  ///
  /// - Precondition: `elementType.isFloatingPoint`.
  public func toFloat32() -> Tensor {
    var tensor = Tensor(uninitialized: shape)
    tensor.withUnsafeMutableBuffer { destination in
      guard let base = destination.baseAddress, !destination.isEmpty else { return }
      // Withholds the owner of the mapped bytes from being freed while C reads them.
      withExtendedLifetime(storage) {
        if let kernelType = elementType.kernelType {
          ck_dequantize_row(kernelType, storage.pointer, base, destination.count)
        } else {
          precondition(elementType == .f64, "\(elementType) is no floating-point type")
          for index in destination.indices {
            destination[index] = Float(storage.pointer.loadUnaligned(fromByteOffset: index * 8, as: Double.self))
          }
        }
      }
    }
    return tensor
  }
}
