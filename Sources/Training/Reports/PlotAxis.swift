/// A linear axis: the range of values that a plot shows, and its ticks at round values.
package struct PlotAxis: Sendable, Equatable {
  package let range: ClosedRange<Double>
  package let ticks: [Double]
  private let decimals: Int

  /// - Parameters:
  ///   - values: the finite range that must be visible. If it is a single value, the axis extends to both sides of it.
  ///   - tickCount: the approximate number of ticks.
  ///   - isIntegral: whether ticks are at whole numbers only.
  ///   - padding: the share of the values' spread added at both ends.
  ///   - floor: a lower bound of all values, below which padding does not go.
  package init(
    covering values: ClosedRange<Double>, tickCount: Int, isIntegral: Bool = false, padding: Double = 0,
    floor: Double = -.infinity
  ) {
    var (low, high) = (values.lowerBound, values.upperBound)
    // A spread that is lost in rounding would have no round ticks.
    if high - low <= 1e-9 * max(abs(low), abs(high)) {
      let margin = max(abs(low) * 0.1, isIntegral ? 1 : 0.1)
      (low, high) = (max(low - margin, min(floor, low)), high + margin)
    }
    let margin = (high - low) * padding
    (low, high) = (max(low - margin, min(floor, low)), high + margin)
    let (step, decimals) = Self.step(atLeast: (high - low) / Double(max(1, tickCount)), isIntegral: isIntegral)
    range = low...high
    self.decimals = decimals
    let first = (low / step).rounded(.up)
    let count = Int(((high / step).rounded(.down) - first).clamped(to: -1...100)) + 1
    ticks = (0..<count).map { (first + Double($0)) * step }
  }

  /// The position of a value: 0 at the lower end of the axis, 1 at the upper.
  package func position(_ value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  package func label(_ tick: Double) -> String {
    decimals == 0 && abs(tick) < 1e15 ? Formatting.grouped(Int(tick.rounded())) : Formatting.fixed(tick, decimals)
  }

  /// The smallest of …, 0.1, 0.2, 0.5, 1, 2, 5, 10, … that is not below `minimum`, and the number of its decimals.
  private static func step(atLeast minimum: Double, isIntegral: Bool) -> (step: Double, decimals: Int) {
    var (power, decimals) = (1.0, 0)
    while power > minimum, !isIntegral, decimals < 12 { (power, decimals) = (power / 10, decimals + 1) }
    while power * 10 <= minimum, power < 1e15 { power *= 10 }
    for factor in [1.0, 2, 5] where factor * power >= minimum { return (factor * power, decimals) }
    return (10 * power, max(0, decimals - 1))
  }
}

extension Comparable {
  fileprivate func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}
