import Foundation
import Tensors
import Testing
import TextDecoding

@Suite("Statistics of a row of scores")
struct ScoreStatisticsTests {
  @Test(
    "Maximum, its place and log Σ exp agree with double precision on awkward lengths",
    arguments: [
      1, 2, 7, 8, 15, 16, 17, 31, 511, 512, 513, 529, 1023, 49_152,
    ])
  func agreement(count: Int) throws {
    var generator = Xoshiro256PlusPlus(seed: UInt64(count))
    for width in [0.0, 1, 30, 200] {
      let row = (0..<count).map { _ in Float((generator.nextUnitInterval() - 0.5) * width) }
      let largest = try #require(row.max())
      let exact = Double(largest) + log(row.reduce(0) { $0 + exp(Double($1) - Double(largest)) })
      let found = try #require(row.withUnsafeBufferPointer { ScoreStatistics($0) })
      #expect(found.maximum == largest)
      #expect(found.argument == row.firstIndex(of: largest))
      // Each exponential is good to two units of the last place, 2.4e-7; single-precision sums over at most 512 / 16
      // additions a lane add about the same again.
      #expect(abs(found.logSumExp - exact) < 6e-7)
    }
  }

  @Test(
    "NaN and +infinity are noticed wherever they stand", arguments: [Float.nan, .infinity], [0, 5, 8, 16, 600, 1002])
  func notFinite(value: Float, place: Int) {
    var row = [Float](repeating: 1, count: 1003)
    row[place] = value
    #expect(row.withUnsafeBufferPointer { ScoreStatistics($0) } == nil)
  }

  @Test("-infinity counts for nothing, alone for no row at all")
  func impossibleTokens() throws {
    let row: [Float] = [-.infinity, 2, -.infinity, 1]
    let found = try #require(row.withUnsafeBufferPointer { ScoreStatistics($0) })
    #expect(abs(found.logSumExp - log(exp(2) + exp(1))) < 5e-7)
    #expect([-Float.infinity].withUnsafeBufferPointer { ScoreStatistics($0) } == nil)
    #expect([Float]().withUnsafeBufferPointer { ScoreStatistics($0) } == nil)
  }
}
