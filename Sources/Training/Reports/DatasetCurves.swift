/// The validations of one of several datasets, as curves.
struct DatasetCurves: Sendable {
  let name: String
  let loss, cider: PlotSeries
  /// The classes of its lines in the style sheet, which has four colours.
  let kind: String

  /// The curves of all datasets, in the order of the run; empty where there is only one dataset.
  static func list(_ validations: [ValidationMetrics]) -> [DatasetCurves] {
    let names = validations.last?.datasets?.map(\.name) ?? []
    return names.enumerated().map { index, name in
      let found = validations.compactMap { metrics in
        metrics.datasets?.first { $0.name == name }.map { (step: metrics.step, metrics: $0) }
      }
      return DatasetCurves(
        name: name, loss: PlotSeries(found.map { .init($0.step, $0.metrics.loss) }),
        cider: PlotSeries(found.compactMap { found in found.metrics.cider.map { .init(found.step, $0) } }),
        kind: "set set-\(index % 4)")
    }
  }
}
