/// The measurements of one optimiser step.
package struct TrainingMetrics: Codable, Sendable, Equatable {
  /// The number of optimiser steps done, this one included.
  package var step: Int
  /// The number of passes over the training captions so far, including the part of the present one.
  package var epoch: Double
  /// The number of training captions seen so far.
  package var captions: Int
  /// Mean cross-entropy of a target token of people's captions, in nats; of drawn captions where only these are learnt
  /// from.
  package var loss: Double
  package var learningRate: Double
  /// The L2 norm of all gradients before clipping.
  package var gradientNorm: Double
  package var captionsPerSecond: Double
  /// The time spent in the run, including that before a resumption.
  package var elapsedSeconds: Double
  /// The largest resident set so far; `nil` where the system does not report it.
  package var peakMemoryBytes: Int?
  /// The metrics of the objective CIDEr; `nil` otherwise.
  package var selfCritical: SelfCriticalMetrics?

  package init(
    step: Int, epoch: Double, captions: Int, loss: Double, learningRate: Double, gradientNorm: Double,
    captionsPerSecond: Double, elapsedSeconds: Double, peakMemoryBytes: Int? = nil,
    selfCritical: SelfCriticalMetrics? = nil
  ) {
    self.step = step
    self.epoch = epoch
    self.captions = captions
    self.loss = loss
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.captionsPerSecond = captionsPerSecond
    self.elapsedSeconds = elapsedSeconds
    self.peakMemoryBytes = peakMemoryBytes
    self.selfCritical = selfCritical
  }

  enum CodingKeys: String, CodingKey {
    case step, epoch, captions, loss
    case learningRate = "learning_rate"
    case gradientNorm = "gradient_norm"
    case captionsPerSecond = "captions_per_second"
    case elapsedSeconds = "elapsed_seconds"
    case peakMemoryBytes = "peak_memory_bytes"
    case selfCritical = "self_critical"
  }
}
