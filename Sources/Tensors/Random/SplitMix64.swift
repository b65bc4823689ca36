/// The generator SplitMix64 of Steele, Lea and Flood (2014, "Fast splittable pseudorandom number generators"), here to
/// spread a seed over a larger state: it repeats no word in 2^64, so that four in a row are never all 0.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
