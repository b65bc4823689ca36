/// What one optimiser step was like.
package struct TrainingMetrics: Codable, Sendable, Equatable {
  /// Optimiser steps done, this one included.
  package var step: Int
  /// Passes over the training captions so far, with the part of the one under way.
  package var epoch: Double
  /// Training captions seen so far.
  package var captions: Int
  /// Mean cross-entropy of a target token of people's captions, in nats; where only drawn captions are learnt from, of theirs.
  package var loss: Double
  package var learningRate: Double
  /// L2 norm of all gradients before clipping.
  package var gradientNorm: Double
  package var captionsPerSecond: Double
  /// Time spent in the run, that before a resumption included.
  package var elapsedSeconds: Double
  /// The largest resident set so far; `nil` where the system does not tell.
  package var peakMemoryBytes: Int?
  /// Where the objective is CIDEr; `nil` otherwise.
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
