import Tensors
import Testing

@Suite("Random numbers")
struct Xoshiro256PlusPlusTests {
  @Test("xoshiro256++ gives the numbers of its authors' program from the state 1, 2, 3, 4")
  func published() {
    var generator = Xoshiro256PlusPlus(state: (1, 2, 3, 4))
    let expected: [UInt64] = [
      41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386, 9_228_616_714_210_784_205,
    ]
    #expect(expected.map { _ in generator.next() } == expected)
  }

  @Test("SplitMix64 gives its published numbers from 1234567")
  func splitMix() {
    var generator = SplitMix64(state: 1_234_567)
    let expected: [UInt64] = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
    #expect(expected.map { _ in generator.next() } == expected)
  }

  @Test("Seeds and streams give sequences of their own")
  func streams() {
    let firsts = (0..<30).flatMap { seed in
      (0..<30).map { stream in
        var generator = Xoshiro256PlusPlus(seed: UInt64(seed), stream: UInt64(stream))
        return generator.next()
      }
    }
    #expect(Set(firsts).count == 900)
  }

  @Test("Numbers of the unit interval are below 1 and spread evenly")
  func unitInterval() {
    var generator = Xoshiro256PlusPlus(seed: 9)
    let numbers = (0..<10_000).map { _ in generator.nextUnitInterval() }
    #expect(numbers.allSatisfy { (0..<1).contains($0) })
    // The mean of 10,000 has a standard deviation of 0.0029.
    #expect(abs(numbers.reduce(0, +) / 10_000 - 0.5) < 0.012)
  }
}
