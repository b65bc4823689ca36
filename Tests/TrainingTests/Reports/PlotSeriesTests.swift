import Testing
import Training

@Suite("Plot series")
struct PlotSeriesTests {
  @Test("values that are no numbers are left out")
  func finite() {
    let series = PlotSeries([.init(1, .nan), .init(2, 5), .init(3, .infinity), .init(4, -.infinity)])
    #expect(series.points == [.init(2, 5)])
  }

  @Test("smoothing averages neighbours, fewer of them at the start and after the end")
  func smoothing() {
    let series = series([8, 4, 0, 4, 8, 12])
    #expect(series.smoothed(halfWidth: 0) == series)
    #expect(series.smoothed(halfWidth: 1).points.map(\.value) == [8, 4, 8.0 / 3, 4, 8, 10])
    #expect(self.series([4, 4, 4, 8, 0, 4]).smoothed(halfWidth: 2).points.map(\.value) == [4, 4, 4, 4, 4, 4])
    #expect(self.series([]).smoothed(halfWidth: 3).points.isEmpty)
  }

  @Test("a range without the rarest values passes over spikes")
  func range() {
    let spiky = series([1000] + (1...98).map(Double.init) + [-1000])
    #expect(spiky.range(without: 0.01) == 1...98)
    #expect(spiky.range(without: 0) == -1000...1000)
    #expect(series([3]).range(without: 0.4) == 3...3)
    #expect(series([]).range(without: 0) == nil)
  }

  @Test("thinning keeps first, last and the extremes of every column")
  func thinning() {
    var values = [Double](repeating: 1, count: 10_000)
    (values[0], values[2345], values[7001], values[9999]) = (2, 9, -9, 3)
    let thinned = series(values).thinned(columns: 100)
    #expect(thinned.points.count <= 4 * 101)
    for index in [0, 2345, 7001, 9999] { #expect(thinned.points.contains(.init(index + 1, values[index]))) }
    #expect(thinned.points.map(\.step) == thinned.points.map(\.step).sorted())
  }

  @Test("few points stay as they are")
  func unthinned() {
    let series = series((1...400).map(Double.init))
    #expect(series.thinned(columns: 100) == series)
  }

  private func series(_ values: [Double]) -> PlotSeries {
    PlotSeries(values.enumerated().map { .init($0.offset + 1, $0.element) })
  }
}
