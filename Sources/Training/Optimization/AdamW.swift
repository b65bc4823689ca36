package import PrefixMapping
import RealModule
package import Tensors

/// Which parameters weight decay pulls towards 0.
package enum DecayScope: String, Sendable, Codable, CaseIterable {
  /// Matrices only: neither biases, nor norms, nor the prefix's base.
  case matrices
  /// All that is trained.
  case all

  func includes(_ role: ParameterSet.Role) -> Bool { self == .all ? role.isTrained : role == .weight }
}

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019), step for step as PyTorch's `AdamW`.
package struct AdamW: Sendable {
  package struct Settings: Sendable, Codable, Equatable {
    package var beta1 = 0.9
    package var beta2 = 0.98
    package var epsilon = 1e-8
    package var weightDecay = 0.05
    package var decay = DecayScope.matrices

    package init() {}
  }

  package let settings: Settings
  /// The number of updates done.
  package internal(set) var stepCount = 0
  /// Running means of gradients and of their squares, in the order of the parameter set; empty for constants.
  package internal(set) var firstMoments, secondMoments: [Tensor]

  package init(_ settings: Settings, for parameters: ParameterSet) {
    self.settings = settings
    let zeros = parameters.parameters.map { Tensor(zeros: $0.role.isTrained ? $0.tensor.shape : [0]) }
    firstMoments = zeros
    secondMoments = zeros
  }

  /// - Parameters:
  ///   - gradients: the gradients in the order of the set; `nil` for constants.
  ///   - gradientScale: the factor by which all gradients are multiplied first, for clipping.
  package mutating func update(
    _ set: inout ParameterSet, gradients: [Tensor?], gradientScale: Double, learningRate: Double
  ) {
    stepCount += 1
    for index in set.parameters.indices {
      guard let gradient = gradients[index] else { continue }
      let decays = settings.decay.includes(set.parameters[index].role)
      let step = Tensor.AdamWStep(
        gradientScale: gradientScale, decay: decays ? 1 - learningRate * settings.weightDecay : 1,
        beta1: settings.beta1, beta2: settings.beta2,
        stepSize: learningRate / (1 - Double.pow(settings.beta1, stepCount)),
        secondCorrection: 1 / (1 - Double.pow(settings.beta2, stepCount)).squareRoot(), epsilon: settings.epsilon)
      set.parameters[index].tensor.adamWUpdate(
        step, gradient: gradient, firstMoment: &firstMoments[index], secondMoment: &secondMoments[index])
    }
  }
}
