import TextDecoding

/// Captions that were drawn of the photos of a batch, with their rewards.
package struct SampledCaptions: Sendable {
  /// The captions of each photo as token ids, with start tokens, and with the stop token where one was reached.
  package let tokens: [[[Int]]]
  /// How many of the first tokens were given, not drawn.
  package let given: Int
  /// The reward of each caption of each photo.
  package let rewards: [[Double]]

  package init(tokens: [[[Int]]], given: Int, rewards: [[Double]]) {
    precondition(tokens.map(\.count) == rewards.map(\.count), "a reward for each caption")
    self.tokens = tokens
    self.given = given
    self.rewards = rewards
  }

  /// How much better each caption is than the others of its photo are on average.
  package var advantages: [[Double]] {
    rewards.map { rewards in
      let sum = rewards.reduce(0, +)
      return rewards.map { $0 - (sum - $0) / Double(rewards.count - 1) }
    }
  }

  /// The number of tokens that were drawn.
  var drawnCount: Int { tokens.joined().reduce(0) { $0 + $1.count - given } }

  /// The captions ready for learning: the weight of each token's cross-entropy is its caption's advantage.
  var weighted: PackedCaptions {
    PackedCaptions(
      tokens, given: given == 1 ? nil : tokens.map { $0.map { _ in given } },
      weights: advantages.map { $0.map(Float.init) })
  }
}
