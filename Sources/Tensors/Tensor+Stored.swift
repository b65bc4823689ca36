import CKernels

extension Tensor {
  /// A copy of the numbers as halves: rounded to nearest, ties to even, to infinity from 65520 on.
  package var storedAsHalf: StoredTensor {
    let halves = RawBuffer(byteCount: 2 * count)
    withPointer { ck_halves_from_floats($0, halves.pointer.bindMemory(to: UInt16.self, capacity: count), count) }
    return StoredTensor(
      elementType: .f16, shape: shape,
      storage: StoredTensor.Bytes(pointer: halves.pointer, count: halves.byteCount, owner: halves))
  }

  /// Tensors of one shape, stacked along a new outermost dimension.
  ///
  /// - Precondition: there is at least one.
  package static func stacked(_ tensors: [Tensor]) -> Tensor {
    precondition(tensors.allSatisfy { $0.shape == tensors[0].shape }, "tensors of several shapes")
    var out = Tensor(uninitialized: [tensors.count] + tensors[0].shape)
    let count = tensors[0].count
    out.withMutablePointer { out in
      for (index, tensor) in tensors.enumerated() {
        tensor.withPointer { (out + index * count).update(from: $0, count: count) }
      }
    }
    return out
  }
}
