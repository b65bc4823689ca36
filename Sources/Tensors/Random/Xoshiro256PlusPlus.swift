/// The generator xoshiro256++ 1.0 of Blackman and Vigna (2019, "Scrambled linear pseudorandom number generators"): the
/// same numbers from the same seed on every platform.
package struct Xoshiro256PlusPlus: RandomNumberGenerator, Sendable, Equatable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// - Precondition: not all four words are 0.
  package init(state: (UInt64, UInt64, UInt64, UInt64)) {
    precondition(state != (0, 0, 0, 0), "xoshiro256++ never leaves the state of zeros")
    self.state = state
  }

  /// A state filled by SplitMix64, as the authors advise. Every pair of seed and stream gives its own sequence.
  ///
  /// - Parameter stream: tells sequences that share a seed apart.
  package init(seed: UInt64, stream: UInt64 = 0) {
    var seeds = SplitMix64(state: seed)
    var words = SplitMix64(state: seeds.next() ^ stream)
    self.init(state: (words.next(), words.next(), words.next(), words.next()))
  }

  package mutating func next() -> UInt64 {
    let result = rotateLeft(state.0 &+ state.3, by: 23) &+ state.0
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotateLeft(state.3, by: 45)
    return result
  }

  /// A number of the 2^53 evenly spaced ones from 0 up to, not including, 1.
  package mutating func nextUnitInterval() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  package static func == (left: Self, right: Self) -> Bool { left.state == right.state }
}

private func rotateLeft(_ word: UInt64, by count: UInt64) -> UInt64 {
  (word << count) | (word >> (64 - count))
}
