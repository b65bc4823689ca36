import Synchronization

/// Records what is computed from its variables, so that the gradient of a result can be traced back to them (reverse-mode
/// automatic differentiation).
///
/// An operation is recorded only where one of its inputs is on a tape. So a model written over `Variable`s costs nothing
/// extra when it is given constants, and a frozen model between two trained parts computes and keeps just what the gradient
/// of its *inputs* needs.
///
/// What an operation keeps for its backward pass is released as soon as that has run: memory is at its highest when the
/// forward pass ends. A tape that is given up releases it too; operations on its variables are then no longer recorded.
package final class GradientTape: Sendable {
  private let backwardSteps = Mutex<[@Sendable () -> Void]>([])

  package init() {}

  /// A variable whose gradient is wanted.
  package func variable(_ value: Tensor) -> Variable {
    Variable(value, node: GradientNode(tape: self, shape: value.shape))
  }

  /// A node for the gradient of a matrix that is kept in its stored type.
  package func node(shape: [Int]) -> GradientNode { GradientNode(tape: self, shape: shape) }

  /// Traces `result`, a scalar, back to the variables; their `gradient`s are then set. Uses the tape up.
  package func backward(from result: Variable) {
    precondition(result.value.count == 1, "the gradient of a scalar, not of \(result.value.shape)")
    result.node?.accumulate(Tensor([1], shape: result.value.shape))
    while let step = backwardSteps.withLock({ $0.popLast() }) { step() }
  }

  func record(_ step: @escaping @Sendable () -> Void) { backwardSteps.withLock { $0.append(step) } }
}

/// A variable's place on a tape, and the gradient that has arrived there so far.
package final class GradientNode: Sendable {
  package let shape: [Int]
  // Weak: the tape's steps hold nodes, and a tape that is never traced back would keep itself and all activations alive.
  // Unsafe for the compiler only: it is not written after `init`.
  private(set) nonisolated(unsafe) weak var tape: GradientTape?
  private let sum = Mutex<Tensor?>(nil)

  /// - Parameter tape: with `nil` the node only collects gradients.
  init(tape: GradientTape?, shape: [Int]) {
    self.tape = tape
    self.shape = shape
  }

  /// `nil` is zero: nothing has arrived.
  package var gradient: Tensor? { sum.withLock { $0 } }

  func accumulate(_ tensor: Tensor) {
    sum.withLock { sum in
      if sum == nil {
        sum = tensor.reshaped(shape)
      } else {
        sum?.add(tensor)
      }
    }
  }

  /// For operations that add to a part of the gradient, or have a kernel that adds.
  func accumulate(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    sum.withLock { sum in
      if sum == nil { sum = Tensor(zeros: shape) }
      sum?.withMutablePointer(body)
    }
  }

  /// Hands the gradient over: nobody needs it here any more.
  func take() -> Tensor? {
    sum.withLock { sum in
      defer { sum = nil }
      return sum
    }
  }
}
