import CKernels

/// A frozen matrix packed for products with many rows.
final class PackedMatrix: Sendable {
  private let forward: Layout
  /// The matrix of the backward pass, `g W`.
  private let backward: Layout?

  /// - Parameters:
  ///   - weight: `[outputs, inputs]`.
  ///   - gradients: the precision of the backward pass; `nil` for none. In 8 bits each of its outputs has one scale,
  ///     whatever scales `weight` has.
  init(_ weight: StoredTensor, precision: MatrixPrecision, gradients: MatrixPrecision?) {
    let codes = precision == .int8 ? Layout(codesOf: weight) : nil
    forward = codes ?? Layout(weight, precision: precision)
    backward = gradients.map { Layout(transposeOf: weight.toFloat32(), precision: $0) }
  }

  /// The product with several matrices of one input side by side, then the epilogue: `[rows, inputs]` →
  /// `[rows, sum of outputs]`.
  static func product(
    _ matrices: [PackedMatrix], _ x: Tensor, _ epilogue: Epilogue = Epilogue(), into out: inout Tensor
  ) {
    let (rows, inputs, columns) = (x.rows, x.columns, out.columns)
    let packed = matrices.map(\.forward.packed)
    withExtendedLifetime(matrices) {
      epilogue.withKernelEpilogue { epilogue in
        x.withPointer { x in
          out.withMutablePointer { ck_packed_product(rows, x, inputs, packed.count, packed, epilogue, $0, columns) }
        }
      }
    }
  }

  /// The backward pass of the product: `[rows, sum of outputs]` → `[rows, inputs]`.
  static func backward(_ matrices: [PackedMatrix], _ gradient: Tensor, into out: inout Tensor) {
    let (rows, width, columns) = (gradient.rows, gradient.columns, out.columns)
    withExtendedLifetime(matrices) {
      gradient.withPointer { gradient in
        out.withMutablePointer { out in
          var column = 0
          for matrix in matrices {
            guard let backward = matrix.backward else { preconditionFailure("a matrix without a way back") }
            var packed = backward.packed
            var epilogue = ck_epilogue(
              bias: nil, scale: nil, activation: Activation.none.kernel, accumulate: column > 0 ? 1 : 0)
            ck_packed_product(rows, gradient + column, width, 1, &packed, &epilogue, out, columns)
            column += backward.inputs
          }
        }
      }
    }
  }

  /// The matrix as the C kernels take it. This object must outlive the result.
  var kernelMatrix: ck_packed { forward.packed }

  /// A convolution over the planes of `pixels` `[images, channels, height, width]`, whose kernel
  /// `[outputs, channels * kernel * kernel]` is this matrix. The result is `[images, height, width, outputs]` of
  /// `shape`.
  func convolution(_ shape: ck_convolution_shape, _ pixels: Tensor, _ epilogue: Epilogue) -> Tensor {
    var out = Tensor(uninitialized: [shape.images, shape.out_height, shape.out_width, forward.outputs])
    epilogue.withKernelEpilogue { epilogue in
      withUnsafePointer(to: shape) { shape in
        withUnsafePointer(to: forward.packed) { packed in
          pixels.withPointer { pixels in
            out.withMutablePointer { ck_plane_convolution(shape, pixels, packed, epilogue, $0) }
          }
        }
      }
    }
    return out
  }

  var hasGradients: Bool { backward != nil }

  /// What follows a product, before it is written: `out = (out +) scale * activation(product + bias)`.
  struct Epilogue {
    /// `[sum of outputs]`, each.
    var bias: Tensor?
    var scale: Tensor?
    var activation = Activation.none
    var accumulates = false

    func withKernelEpilogue(_ body: (UnsafePointer<ck_epilogue>) -> Void) {
      func withPointer(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> Void) {
        if let tensor { tensor.withPointer { body($0) } } else { body(nil) }
      }
      withPointer(bias) { bias in
        withPointer(scale) { scale in
          var epilogue = ck_epilogue(
            bias: bias, scale: scale, activation: activation.kernel, accumulate: accumulates ? 1 : 0)
          body(&epilogue)
        }
      }
    }
  }

  /// The packed matrix for one direction.
  private struct Layout: Sendable {
    let outputs, inputs: Int
    private let precision: Int32
    private let group: Int
    private let bits: Int32
    private let compact: Int32
    private let buffer: RawBuffer

    var packed: ck_packed {
      ck_packed(
        precision: precision, n: outputs, k: inputs, group: group, bits: bits, compact: compact, data: buffer.pointer)
    }

    private init(_ shape: ck_packed) {
      (outputs, inputs, precision) = (shape.n, shape.k, shape.precision)
      (group, bits, compact) = (shape.group, shape.bits, shape.compact)
      buffer = withUnsafePointer(to: shape) { RawBuffer(byteCount: ck_packed_size($0)) }
    }

    private init(outputs: Int, inputs: Int, precision: MatrixPrecision) {
      self.init(ck_packed_floats(precision.kernelPrecision, outputs, inputs))
    }

    init(_ weight: StoredTensor, precision: MatrixPrecision) {
      self.init(outputs: weight.shape[0], inputs: weight.shape[1], precision: precision)
      var matrix = weight.kernelMatrix
      withExtendedLifetime(weight) { withUnsafePointer(to: packed) { ck_pack_matrix($0, &matrix, buffer.pointer) } }
    }

    init(transposeOf floats: Tensor, precision: MatrixPrecision) {
      self.init(outputs: floats.columns, inputs: floats.rows, precision: precision)
      withUnsafePointer(to: packed) { shape in
        floats.withPointer { ck_pack(shape, $0, floats.columns, 1, buffer.pointer) }
      }
    }

    /// Packs the codes of a block-quantised matrix; `nil` for others.
    init?(codesOf weight: StoredTensor) {
      var matrix = weight.kernelMatrix
      guard ck_code_group(matrix.type) > 0 else { return nil }
      self.init(ck_packed_codes(&matrix, weight.shape[1]))
      withExtendedLifetime(weight) { withUnsafePointer(to: packed) { ck_pack_codes($0, &matrix, buffer.pointer) } }
    }
  }
}

extension StoredTensor {
  /// The matrix as the C kernels take it. The tensor must outlive the result.
  var kernelMatrix: ck_matrix {
    guard let type = elementType.kernelType, shape.count == 2 else {
      preconditionFailure("no matrix to multiply by: \(elementType) \(shape)")
    }
    return ck_matrix(data: storage.pointer, rows: shape[0], row_bytes: rowByteCount, type: type)
  }
}
