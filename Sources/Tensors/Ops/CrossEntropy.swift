import CKernels

extension Linear {
  /// Softmax cross-entropy of this layer's outputs (a language model's head) against target classes, with the targets
  /// smoothed towards the uniform distribution (Szegedy et al. 2016), as PyTorch's `cross_entropy(label_smoothing:)`.
  ///
  /// Logits exist only for `rowsAtOnce` rows at a time, and their gradient is propagated back at once: the whole
  /// `[rows, outputs]` of logits, or of their gradient, never exists.
  ///
  /// - Parameters:
  ///   - hiddenStates: `[rows, inputs]`.
  ///   - targets: one class a row.
  ///   - weights: what each row's loss is multiplied by, of any sign; `nil` is 1 for all.
  ///   - divisor: what the sum of the rows' losses is divided by; their number by default, which gives the mean.
  /// - Returns: a scalar.
  package func crossEntropy(
    _ hiddenStates: Variable, targets: [Int], weights: [Float]? = nil, labelSmoothing: Double = 0,
    divisor: Double? = nil, rowsAtOnce: Int = 256
  ) -> Variable {
    let x = hiddenStates.value
    precondition(targets.count == x.rows && x.columns == inputs, "\(targets.count) targets for \(x.shape)")
    precondition(targets.allSatisfy { $0 >= 0 && $0 < outputs }, "a target outside of \(outputs) classes")
    precondition(weights.map { $0.count == x.rows } ?? true, "a weight for each target")
    precondition(bias == nil, "a head without a bias")
    let scale = 1 / (divisor ?? Double(max(x.rows, 1)))
    let wantsInput = hiddenStates.node != nil
    var inputGradient = Tensor(uninitialized: wantsInput ? x.shape : [0])
    // The weight's gradient is collected separately, since its factor is known only in the backward pass.
    let weightGradient = WeightGradient(self)
    var losses = [Float](repeating: 0, count: x.rows)
    for start in stride(from: 0, to: x.rows, by: rowsAtOnce) {
      let range = start..<min(start + rowsAtOnce, x.rows)
      let rows = x.rows(range)
      var logits = Linear.concatenated([self], rows)
      let slice = targets[range].map(Int32.init)
      let sliceWeights = weights.map { Array($0[range]) }
      logits.withMutablePointer { logits in
        losses.withUnsafeMutableBufferPointer { losses in
          guard let first = losses.baseAddress else { return }
          ck_cross_entropy(
            range.count, outputs, slice, sliceWeights, Float(labelSmoothing), Float(scale), logits,
            first + range.lowerBound)
        }
      }
      if wantsInput {
        let gradient = self.inputGradient(logits)
        let place = range.lowerBound * inputs
        gradient.withPointer { gradient in
          inputGradient.withMutablePointer { ($0 + place).update(from: gradient, count: range.count * inputs) }
        }
      }
      weightGradient?.add(logits, x: rows)
    }
    let loss = losses.reduce(0.0) { $0 + Double($1) } * scale
    return .recorded(Tensor([Float(loss)], shape: []), inputs: [hiddenStates.node, weightGradient?.target]) {
      [inputGradient, node = hiddenStates.node] gradient in
      let factor = gradient.values[0]
      node?.accumulate(factor == 1 ? inputGradient : inputGradient.scaled(by: factor))
      weightGradient?.deliver(scaledBy: factor)
    }
  }
}

/// Collects the gradient of a trained head until its factor is known.
private struct WeightGradient: Sendable {
  let target: GradientNode
  private let firstRow: Int
  private let collector: Linear
  private let sum: GradientNode

  /// `nil` for a frozen head.
  init?(_ head: Linear) {
    guard let target = head.matrix.node else { return nil }
    self.target = target
    firstRow = head.matrix.firstRow
    sum = GradientNode(tape: nil, shape: head.weight.shape)
    collector = Linear(weight: MatrixVariable(head.weight, node: sum))
  }

  func add(_ gradient: Tensor, x: Tensor) { collector.addWeightGradient(of: gradient, x: x) }

  func deliver(scaledBy factor: Float) {
    guard let gradient = sum.take()?.scaled(by: factor) else { return }
    target.accumulate { sum in
      gradient.withPointer { addRows($0, count: gradient.count, to: sum + firstRow * gradient.columns) }
    }
  }
}
