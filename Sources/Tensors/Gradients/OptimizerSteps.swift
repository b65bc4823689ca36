import CKernels

/// Element-wise steps of an optimiser over whole tensors.
extension Tensor {
  /// What one step of AdamW has in common for all elements of a tensor.
  package struct AdamWStep: Sendable {
    /// What the gradient is multiplied by first.
    package var gradientScale: Double
    /// What the parameter is multiplied by: `1 - learningRate * weightDecay`.
    package var decay: Double
    package var beta1, beta2: Double
    /// `learningRate / (1 - beta1^t)`.
    package var stepSize: Double
    /// `1 / √(1 - beta2^t)`.
    package var secondCorrection: Double
    package var epsilon: Double

    package init(
      gradientScale: Double, decay: Double, beta1: Double, beta2: Double, stepSize: Double, secondCorrection: Double,
      epsilon: Double
    ) {
      self.gradientScale = gradientScale
      self.decay = decay
      self.beta1 = beta1
      self.beta2 = beta2
      self.stepSize = stepSize
      self.secondCorrection = secondCorrection
      self.epsilon = epsilon
    }
  }

  /// Adam's update with decoupled weight decay (Loshchilov & Hutter 2019): first the moments, then the parameter, which
  /// is this tensor.
  ///
  /// - Precondition: all four tensors have as many elements.
  package mutating func adamWUpdate(
    _ step: AdamWStep, gradient: Tensor, firstMoment: inout Tensor, secondMoment: inout Tensor
  ) {
    let count = count
    precondition(gradient.count == count && firstMoment.count == count && secondMoment.count == count)
    var kernel = ck_adamw_step(
      gradient_scale: Float(step.gradientScale), decay: Float(step.decay), beta1: Float(step.beta1),
      beta2: Float(step.beta2), step_size: Float(step.stepSize), second_correction: Float(step.secondCorrection),
      epsilon: Float(step.epsilon))
    gradient.withPointer { gradient in
      withMutablePointer { parameter in
        firstMoment.withMutablePointer { first in
          secondMoment.withMutablePointer { second in ck_adamw(count, &kernel, gradient, parameter, first, second) }
        }
      }
    }
  }

  /// Becomes `keep * self + (1 - keep) * other`: a step of an exponential moving average.
  package mutating func blend(_ other: Tensor, keeping keep: Double) {
    let count = count
    precondition(other.count == count, "average of \(shape) and \(other.shape)")
    other.withPointer { other in withMutablePointer { ck_blend(count, Float(keep), other, $0) } }
  }

  /// The sum of the squares of all elements. It does not depend on how the work is shared among threads.
  package var sumOfSquares: Double { withPointer { ck_sum_of_squares(count, $0) } }
}
