/// Values over steps, as a plot draws them.
package struct PlotSeries: Sendable, Equatable {
  package struct Point: Sendable, Equatable {
    package let step: Int
    package let value: Double

    package init(_ step: Int, _ value: Double) {
      self.step = step
      self.value = value
    }
  }

  package let points: [Point]

  /// Points whose value is not finite are left out.
  package init(_ points: [Point]) {
    self.points = points.filter(\.value.isFinite)
  }

  /// A moving average over up to `halfWidth` points to either side. Near the start, where a loss falls steeply, it
  /// takes the same number on both sides, so that it begins at the first point and does not lag.
  package func smoothed(halfWidth: Int) -> PlotSeries {
    var sums = [0.0]
    for point in points { sums.append(sums[sums.count - 1] + point.value) }
    return PlotSeries(
      points.indices.map { index in
        let before = min(halfWidth, index)
        let after = min(before, points.count - 1 - index)
        let mean = (sums[index + after + 1] - sums[index - before]) / Double(before + 1 + after)
        return Point(points[index].step, before == 0 ? points[index].value : mean)
      })
  }

  /// The range of the values without the share `share` at either end, so that a spike does not flatten the rest; `nil`
  /// without values.
  package func range(without share: Double) -> ClosedRange<Double>? {
    let sorted = points.map(\.value).sorted()
    guard !sorted.isEmpty else { return nil }
    let cut = Int(Double(sorted.count) * share)
    return sorted[cut]...sorted[sorted.count - 1 - cut]
  }

  /// The points that remain visible with `columns` pixels between the first step and the last: in each pixel the first
  /// point, the lowest, the highest and the last.
  package func thinned(columns: Int) -> PlotSeries {
    guard points.count > 4 * columns, let first = points.first, let last = points.last, last.step > first.step else {
      return self
    }
    let width = Double(last.step - first.step) / Double(columns)
    var kept: [Point] = []
    var start = 0
    while start < points.count {
      let column = Int(Double(points[start].step - first.step) / width)
      var end = start
      while end < points.count, Int(Double(points[end].step - first.step) / width) == column { end += 1 }
      let indices = start..<end
      let lowest = indices.min { points[$0].value < points[$1].value } ?? start
      let highest = indices.max { points[$0].value < points[$1].value } ?? start
      kept += Set([start, lowest, highest, end - 1]).sorted().map { points[$0] }
      start = end
    }
    return PlotSeries(kept)
  }
}
