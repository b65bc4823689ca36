extension Tensor {
  /// Tensors of one shape, stacked along a new outermost dimension.
  ///
  /// - Precondition: there is at least one.
  public static func stacked(_ tensors: [Tensor]) -> Tensor {
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
