import CaptionMetrics
import Testing

@Suite("Reliability")
struct ReliabilityCurveTests {
  @Test("each bin compares what was stated with what came true")
  func bins() {
    let curve = ReliabilityCurve(
      [(0.1, false), (0.2, true), (0.9, true), (0.8, true), (1, false)], binCount: 2)
    #expect(curve.bins.map(\.count) == [2, 3])
    #expect(abs(curve.bins[0].predicted - 0.15) < 1e-12)
    #expect(curve.bins[0].observed == 0.5)
    #expect(abs(curve.bins[1].predicted - 0.9) < 1e-12)
    #expect(abs(curve.bins[1].observed - 2.0 / 3) < 1e-12)
    #expect(abs(curve.expectedError - (0.4 * 0.35 + 0.6 * (0.9 - 2.0 / 3))) < 1e-12)
    #expect(abs(curve.brierScore - (0.01 + 0.64 + 0.01 + 0.04 + 1) / 5) < 1e-12)
  }

  @Test("what is stated truly has no error")
  func calibrated() {
    let curve = ReliabilityCurve((0..<100).map { (0.25, $0 % 4 == 0) })
    #expect(curve.expectedError < 1e-12)
    #expect(curve.bins.count { $0.count > 0 } == 1)
  }

  @Test(
    "the area under the curve is the share of pairs in the right order, ties half",
    arguments: [
      ([2.0, 3], [0.0, 1], 1.0), ([0, 1], [2, 3], 0), ([1, 1], [1, 1], 0.5), ([1, 3], [0, 2], 0.75),
      ([1, 2], [2], 0.25),
    ])
  func area(positives: [Double], negatives: [Double], area: Double) {
    #expect(areaUnderROC(positives: positives, negatives: negatives) == area)
  }

  @Test("there is no area without positives or negatives")
  func noArea() {
    #expect(areaUnderROC(positives: [], negatives: [1]) == nil)
    #expect(areaUnderROC(positives: [1], negatives: []) == nil)
  }
}
