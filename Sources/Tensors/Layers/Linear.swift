import CKernels

/// A linear layer `y = x Wᵀ + b` whose weight stays in the type that its file stores: floats of any width or
/// block-quantised. Weight and bias may each be on a tape.
package struct Linear: Sendable {
  let matrix: MatrixVariable
  /// `[outputs]`.
  package let bias: Variable?
  private let kernelType: Int32
  private let roundsRows: Bool
  /// Another form of the weight for products of many rows, where there is one.
  private let manyRows: ManyRows?

  private enum ManyRows: Sendable {
    case packed(PackedMatrix)
    /// The weight as unpacked floats.
    case floats(StoredTensor)
  }

  /// Up to this many rows are multiplied by the weight as it is stored, where floats serve more rows.
  private static let fewRows = 8

  /// - Precondition: `weight` is a matrix of a floating-point or block-quantised type (`Linear.supports`).
  package init(weight: StoredTensor, bias: Tensor? = nil) {
    self.init(weight: MatrixVariable(weight), bias: bias.map { Variable($0) })
  }

  /// - Precondition: as for the other initialiser.
  package init(weight: MatrixVariable, bias: Variable? = nil) {
    self.init(weight: weight, bias: bias, roundsRows: false, manyRows: nil)
  }

  private init(weight: MatrixVariable, bias: Variable?, roundsRows: Bool, manyRows: ManyRows?) {
    guard let kernelType = weight.stored.elementType.kernelType, weight.stored.shape.count == 2 else {
      preconditionFailure("no matrix to multiply by: \(weight.stored.elementType) \(weight.stored.shape)")
    }
    precondition(bias.map { $0.value.count == weight.stored.shape[0] } ?? true, "bias does not fit weight")
    matrix = weight
    self.bias = bias
    self.kernelType = kernelType
    self.roundsRows = roundsRows
    self.manyRows = manyRows
  }

  package static func supports(_ type: ElementType) -> Bool { type.kernelType != nil }

  /// `[outputs, inputs]`.
  package var weight: StoredTensor { matrix.stored }
  package var inputs: Int { weight.shape[1] }
  package var outputs: Int { weight.shape[0] }

  /// The same layer, frozen, prepared to multiply as `plan` says.
  package func prepared(_ plan: MatrixPlan) -> Linear {
    let manyRows: ManyRows? = plan.packed.map { precision in
      // One copy serves both passes; products pack the parts that they need as they go.
      if precision == .f32, plan.gradients == .f32 { return .floats(weight.toFloat32().stored) }
      let packed = PackedMatrix(weight, precision: precision, gradients: plan.gradients)
      // From now on the copy is read.
      weight.storage.release()
      return .packed(packed)
    }
    return Linear(
      weight: MatrixVariable(weight), bias: bias.map { Variable($0.value) }, roundsRows: plan.roundsRows,
      manyRows: manyRows)
  }

  /// The most bytes that `prepared(_:)` takes.
  package func preparedByteCount(_ plan: MatrixPlan) -> Int {
    guard let precision = plan.packed else { return 0 }
    // Outputs are padded to whole panels, inputs to whole groups.
    func bytes(_ precision: MatrixPrecision, outputs: Int, inputs: Int) -> Int {
      let filled = (outputs + 31) / 32 * 32
      let count = filled * (inputs + 4)
      return switch precision {
      case .f32: 4 * count
      case .bf16: 2 * count
      // Codes, and for blocks of 32 or more of them a scale and a minimum.
      case .int8: count + count / 4 + 8 * filled
      }
    }
    var sum = bytes(precision, outputs: outputs, inputs: inputs)
    if let gradients = plan.gradients {
      // The backward pass has another copy, made from floats.
      sum += bytes(gradients, outputs: inputs, inputs: outputs) + 4 * inputs * outputs
    }
    // Buffers are rounded up by an eighth.
    return sum * 9 / 8
  }

  /// `[…, inputs]` → `[…, outputs]`.
  package func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
    Self.concatenated([self], x, bias: bias?.value, activation: activation)
  }

  /// Adds `scale * (x Wᵀ + b)` to `y`: the residual of a block, with layer scale where there is one (Touvron et al. 2021).
  ///
  /// - Parameters:
  ///   - x: `[…, inputs]`.
  ///   - scale: `[outputs]`; `nil` is 1.
  ///   - y: `[…, outputs]`.
  package func add(_ x: Tensor, scale: Tensor? = nil, to y: inout Tensor) {
    if let packed = Self.packed([self]) {
      PackedMatrix.product(
        packed, x, PackedMatrix.Epilogue(bias: bias?.value, scale: scale, accumulates: true), into: &y)
    } else if let scale {
      y.addScaled(Self.concatenated([self], x), bias: bias?.value, scale: scale)
    } else {
      y.add(self(x))
    }
  }

  /// `[…, inputs]` → `[…, outputs]`.
  package func callAsFunction(_ x: Variable, activation: Activation = .none) -> Variable {
    if x.node == nil, matrix.node == nil, bias?.node == nil {
      return Variable(self(x.value, activation: activation))
    }
    var out = Self.concatenated([self], x)
    if let bias { out = out.adding(rowsOf: bias) }
    return out.activated(by: activation)
  }

  /// Several layers of one input side by side: `[…, inputs]` → `[…, sum of outputs]`. Their own biases are left out.
  ///
  /// One pass over the threads serves them all, which matters for a single row.
  ///
  /// - Parameter bias: `[sum of outputs]`, frozen; `nil` is none.
  package static func concatenated(_ layers: [Linear], _ x: Variable, bias: Tensor? = nil) -> Variable {
    .recorded(concatenated(layers, x.value, bias: bias), inputs: [x.node] + layers.map(\.matrix.node)) { gradient in
      if let node = x.node { node.accumulate(backward(layers, gradient, shape: x.shape)) }
      var column = 0
      for layer in layers {
        layer.addWeightGradient(of: gradient, firstColumn: column, x: x.value)
        column += layer.outputs
      }
    }
  }

  /// The weight packed for many rows, where it is.
  var packedMatrix: PackedMatrix? { if case .packed(let matrix) = manyRows { matrix } else { nil } }

  /// The packed matrices of all layers, where each has one. They serve any number of rows, so that a row's result does
  /// not depend, to the last bit, on how many there are: rounding to 8 bits would amplify such a difference.
  private static func packed(_ layers: [Linear]) -> [PackedMatrix]? {
    let packed = layers.compactMap(\.packedMatrix)
    return packed.count == layers.count ? packed : nil
  }

  private static func matrices(_ layers: [Linear], rows: Int) -> [ck_matrix] {
    layers.map { layer in
      if rows > fewRows, case .floats(let floats) = layer.manyRows { return floats.kernelMatrix }
      return layer.weight.kernelMatrix
    }
  }

  /// Several layers of one input side by side: `[…, inputs]` → `[…, sum of outputs]`. Their own biases are left out.
  ///
  /// - Parameter bias: `[sum of outputs]`; `nil` is none.
  package static func concatenated(
    _ layers: [Linear], _ x: Tensor, bias: Tensor? = nil, activation: Activation = .none
  ) -> Tensor {
    precondition(layers.allSatisfy { $0.inputs == x.columns }, "input \(x.shape) for \(layers.map(\.weight.shape))")
    var out = Tensor(uninitialized: x.shape.dropLast() + [layers.reduce(0) { $0 + $1.outputs }])
    if let packed = packed(layers) {
      PackedMatrix.product(packed, x, PackedMatrix.Epilogue(bias: bias, activation: activation), into: &out)
      return out
    }
    let matrices = matrices(layers, rows: x.rows)
    let rounds = layers.allSatisfy(\.roundsRows)
    withExtendedLifetime(layers) {
      x.withPointer { input in
        out.withMutablePointer {
          (rounds ? ck_codes_matmul : ck_matmul)(x.rows, x.columns, input, matrices.count, matrices, $0)
        }
      }
    }
    if let bias {
      out.addBias(bias, activation: activation)
    } else {
      out = out.activated(by: activation)
    }
    return out
  }

  /// `[…, sum of outputs]` → `[…, inputs]`: the gradient with respect to the input.
  private static func backward(_ layers: [Linear], _ gradient: Tensor, shape: [Int]) -> Tensor {
    var out = Tensor(uninitialized: shape)
    if let packed = packed(layers), packed.allSatisfy(\.hasGradients) {
      PackedMatrix.backward(packed, gradient, into: &out)
      return out
    }
    let matrices = matrices(layers, rows: out.rows)
    let (rows, columns) = (out.rows, out.columns)
    withExtendedLifetime(layers) {
      gradient.withPointer { gradient in
        out.withMutablePointer { ck_matmul_backward(rows, columns, gradient, matrices.count, matrices, $0) }
      }
    }
    return out
  }

  /// The gradient with respect to the input: `[rows, outputs]` → `[rows, inputs]`.
  func inputGradient(_ gradient: Tensor) -> Tensor {
    Self.backward([self], gradient, shape: gradient.shape.dropLast() + [inputs])
  }

  /// Adds `gradientᵀ x` to the weight's gradient, where it is on a tape.
  ///
  /// - Parameter firstColumn: where this layer's outputs begin in a row of `gradient`.
  func addWeightGradient(of gradient: Tensor, firstColumn: Int = 0, x: Tensor) {
    let (rows, width) = (gradient.rows, gradient.columns)
    matrix.node?.accumulate { sum in
      gradient.withPointer { gradient in
        x.withPointer { x in
          ck_gemm_tn(
            outputs, inputs, rows, gradient + firstColumn, width, x, inputs, sum + matrix.firstRow * inputs, inputs, 1)
        }
      }
    }
  }

  /// Row `index` of the weight as floats: an embedding look-up.
  package func unpackRow(_ index: Int, into destination: UnsafeMutablePointer<Float>) {
    precondition(index >= 0 && index < outputs, "row \(index) of \(outputs)")
    withExtendedLifetime(weight) {
      ck_unpack_row(kernelType, weight.storage.pointer + index * weight.rowByteCount, destination, inputs)
    }
  }

  /// Rows of the weight: `tokens` → `[tokens, inputs]`.
  package func embed(_ tokens: [Int]) -> Variable {
    var out = Tensor(uninitialized: [tokens.count, inputs])
    out.withMutablePointer { out in
      for (index, token) in tokens.enumerated() { unpackRow(token, into: out + index * inputs) }
    }
    return .recorded(out, inputs: [matrix.node]) { [matrix, inputs] gradient in
      matrix.node?.accumulate { sum in
        gradient.withPointer { gradient in
          for (index, token) in tokens.enumerated() {
            addRows(gradient + index * inputs, count: inputs, to: sum + (matrix.firstRow + token) * inputs)
          }
        }
      }
    }
  }
}

/// `target += source`.
func addRows(_ source: UnsafePointer<Float>, count: Int, to target: UnsafeMutablePointer<Float>) {
  ck_add(count, source, target)
}
