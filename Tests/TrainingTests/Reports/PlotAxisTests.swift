import Testing
import Training

@Suite("Plot axes")
struct PlotAxisTests {
  @Test(
    "ticks are round and within the range",
    arguments: [
      (0.0, 1142.0, 10, ["0", "200", "400", "600", "800", "1,000"]),
      (0.0, 25_000.0, 10, ["0", "5,000", "10,000", "15,000", "20,000", "25,000"]),
      (2.31, 4.2, 6, ["2.5", "3.0", "3.5", "4.0"]), (0.07, 0.31, 4, ["0.1", "0.2", "0.3"]),
      (0.0101, 0.0302, 5, ["0.015", "0.020", "0.025", "0.030"]), (-3.0, 5.0, 4, ["-2", "0", "2", "4"]),
    ])
  func ticks(low: Double, high: Double, count: Int, labels: [String]) {
    let axis = PlotAxis(covering: low...high, tickCount: count)
    #expect(axis.ticks.map(axis.label) == labels)
    #expect(axis.range == low...high)
  }

  @Test("steps have ticks at whole numbers only")
  func integral() {
    let axis = PlotAxis(covering: 0...3, tickCount: 10, isIntegral: true)
    #expect(axis.ticks == [0, 1, 2, 3])
  }

  @Test("a single value lies in the middle", arguments: [0.0, 4.2, -1e-9, 1e12])
  func singleValue(value: Double) {
    let axis = PlotAxis(covering: value...value, tickCount: 5)
    // Both ends and both differences are rounded once, each by at most 2^-53 of the value, a fifth of which they span.
    #expect(abs(axis.position(value) - 0.5) < 1e-12)
    #expect(axis.ticks.count > 1)
  }

  @Test("padding widens the range by its share, not below the floor")
  func padding() {
    #expect(PlotAxis(covering: 1...3, tickCount: 4, padding: 0.25).range == 0.5...3.5)
    #expect(PlotAxis(covering: 0.25...4.25, tickCount: 4, padding: 0.25, floor: 0).range == 0...5.25)
    #expect(PlotAxis(covering: 0.25...0.25, tickCount: 4, floor: 0.25).range.lowerBound == 0.25)
  }

  @Test("positions run from 0 at the lower end to 1 at the upper")
  func positions() {
    let axis = PlotAxis(covering: 2...6, tickCount: 4)
    #expect([2, 3, 6, 8].map(axis.position) == [0, 0.25, 1, 1.5])
  }
}
