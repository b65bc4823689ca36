import CKernels

/// A linear layer `y = x Wᵀ + b` whose weight stays in the type that its file stores: floats of any width or
/// block-quantised.
public struct Linear: Sendable {
  /// `[outputs, inputs]`.
  public let weight: StoredTensor
  /// `[outputs]`.
  public let bias: Tensor?
  private let kernelType: Int32

  /// - Precondition: `weight` is a matrix of a floating-point or block-quantised type (`Linear.supports`).
  public init(weight: StoredTensor, bias: Tensor? = nil) {
    guard let kernelType = weight.elementType.kernelType, weight.shape.count == 2 else {
      preconditionFailure("no matrix to multiply by: \(weight.elementType) \(weight.shape)")
    }
    precondition(bias.map { $0.count == weight.shape[0] } ?? true, "bias does not fit weight")
    self.weight = weight
    self.bias = bias
    self.kernelType = kernelType
  }

  public static func supports(_ type: ElementType) -> Bool { type.kernelType != nil }

  public var inputs: Int { weight.shape[1] }
  public var outputs: Int { weight.shape[0] }

  /// `[…, inputs]` → `[…, outputs]`.
  public func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
    var out = Self.concatenated([self], x)
    if let bias {
      out.addBias(bias, activation: activation)
    } else if activation == .gelu {
      out = out.gelu()
    }
    return out
  }

  /// The product without the bias, for a residual that adds it with its own scale.
  public func withoutBias(_ x: Tensor) -> Tensor { Self.concatenated([self], x) }

  /// Several layers of one input side by side, biases left out: `[…, inputs]` → `[…, sum of outputs]`.
  ///
  /// One pass over the threads serves them all, which matters for a single row.
  public static func concatenated(_ layers: [Linear], _ x: Tensor) -> Tensor {
    precondition(layers.allSatisfy { $0.inputs == x.columns }, "input \(x.shape) for \(layers.map(\.weight.shape))")
    let matrices = layers.map { layer in
      ck_matrix(
        data: layer.weight.storage.pointer, rows: layer.outputs, row_bytes: layer.weight.rowByteCount,
        type: layer.kernelType)
    }
    var out = Tensor(uninitialized: x.shape.dropLast() + [layers.reduce(0) { $0 + $1.outputs }])
    withExtendedLifetime(layers) {
      x.withPointer { input in
        out.withMutablePointer { ck_matmul(x.rows, x.columns, input, matrices.count, matrices, $0) }
      }
    }
    return out
  }

  /// Row `index` of the weight as floats: an embedding look-up.
  package func unpackRow(_ index: Int, into destination: UnsafeMutablePointer<Float>) {
    precondition(index >= 0 && index < outputs, "row \(index) of \(outputs)")
    withExtendedLifetime(weight) {
      ck_unpack_row(kernelType, weight.storage.pointer + index * weight.rowByteCount, destination, inputs)
    }
  }
}
