/// What one step of self-critical training drew, and what it cost.
package struct SelfCriticalMetrics: Codable, Sendable, Equatable {
  /// Mean CIDEr-D of the captions that were drawn, 0 to 10; the mean of their baselines is the same.
  package var reward: Double
  /// Mean CIDEr-D of the best caption of each photo.
  package var bestReward: Double
  /// Mean absolute difference between a reward and its baseline: how much there is to learn.
  package var advantage: Double
  /// The number of captions that were drawn.
  package var samples: Int
  /// Mean length of a caption in tokens, the stop token included.
  package var sampleLength: Double
  /// Share of captions that were cut at the maximum length.
  package var cutShare: Double
  /// Share of distinct captions among those of a photo, averaged over photos.
  package var distinctShare: Double
  /// Mean negated log-probability of a drawn token, in nats: the entropy of the model's distribution.
  package var entropy: Double
  /// Time to draw captions and to reward them.
  package var samplingSeconds: Double
  /// Time for gradients and the optimiser's step.
  package var learningSeconds = 0.0
  /// Captions drawn per second of `samplingSeconds`.
  package var samplingCaptionsPerSecond: Double
  /// Captions learnt from, both drawn ones and people's, per second of `learningSeconds`.
  package var learningCaptionsPerSecond = 0.0

  enum CodingKeys: String, CodingKey {
    case reward, advantage, samples, entropy
    case bestReward = "best_reward"
    case sampleLength = "sample_length"
    case cutShare = "cut_share"
    case distinctShare = "distinct_share"
    case samplingSeconds = "sampling_seconds"
    case learningSeconds = "learning_seconds"
    case samplingCaptionsPerSecond = "sampling_captions_per_second"
    case learningCaptionsPerSecond = "learning_captions_per_second"
  }
}

extension SelfCriticalMetrics {
  /// - Parameter seconds: the time that drawing and rewarding took.
  init(_ draws: [CaptionSampler.Draw], seconds: Double) {
    let captions = draws.map(\.captions)
    let rewards = captions.flatMap(\.rewards)
    let count = max(rewards.reduce(0) { $0 + $1.count }, 1)
    let photos = Double(max(rewards.count, 1))
    let tokens = Double(captions.reduce(0) { $0 + $1.drawnCount })
    reward = rewards.joined().reduce(0, +) / Double(count)
    bestReward = rewards.reduce(0) { $0 + ($1.max() ?? 0) } / photos
    advantage = captions.flatMap(\.advantages).joined().reduce(0) { $0 + abs($1) } / Double(count)
    samples = count
    sampleLength = tokens / Double(count)
    cutShare = Double(draws.reduce(0) { $0 + $1.cutCount }) / Double(count)
    distinctShare = captions.flatMap(\.tokens).reduce(0) { $0 + Double(Set($1).count) / Double($1.count) } / photos
    entropy = -draws.reduce(0) { $0 + $1.logProbability } / max(tokens, 1)
    samplingSeconds = seconds
    samplingCaptionsPerSecond = Double(count) / max(seconds, 1e-9)
  }

  /// Adds the cost of learning.
  mutating func learnt(captions: Int, seconds: Double) {
    learningSeconds = seconds
    learningCaptionsPerSecond = Double(captions) / max(seconds, 1e-9)
  }
}
