import ModelFiles

/// `curves.svg`: the course of a run, in one self-contained figure that adapts to a light or dark background.
///
/// The upper panel has the loss of every step, faint, its moving average, and the validation loss; the lower one has
/// CIDEr where captions were scored. With several datasets both show each one, and the means. A ring marks the best
/// validation.
package struct LearningCurves: Sendable {
  package static let fileName = "curves.svg"

  private let title: String
  private let training: PlotSeries
  private let smoothed: PlotSeries
  private let validation: PlotSeries
  private let cider: PlotSeries
  private let datasets: [DatasetCurves]
  private let best: ValidationMetrics?

  /// - Parameters:
  ///   - records: the records of a `MetricsLog`, in the order of their steps.
  ///   - title: the figure's title, such as the run's name.
  package init(_ records: [MetricsRecord], title: String = "Training") {
    self.title = title
    var (training, validations) = ([PlotSeries.Point](), [ValidationMetrics]())
    for record in records {
      switch record {
      case .training(let metrics): training.append(.init(metrics.step, metrics.loss))
      case .validation(let metrics): validations.append(metrics)
      }
    }
    self.training = PlotSeries(training)
    // About thirty independent averages over the run, however long it is.
    smoothed = self.training.smoothed(halfWidth: self.training.points.count / 60)
    validation = PlotSeries(validations.map { .init($0.step, $0.loss) })
    cider = PlotSeries(validations.compactMap { metrics in metrics.cider.map { .init(metrics.step, $0) } })
    datasets = DatasetCurves.list(validations)
    best = validations.last(where: \.isBest)
  }

  /// Writes the figure into a run's directory, in one step.
  ///
  /// - Throws: `ReportError`.
  package func write(directory: String) throws(ReportError) {
    do {
      try FileSystem.writeAtomically(Array(svg.utf8), to: Path.join(directory, Self.fileName))
    } catch {
      throw .file(error)
    }
  }

  /// The figure as text.
  package var svg: String {
    let steps = (training.points + validation.points + cider.points).map(\.step)
    guard let first = steps.min(), let last = steps.max() else {
      return Self.document(height: 120, title: title, legend: [], [Self.text("no steps yet", x: 464, y: 75, "middle")])
    }
    // From 0 where a run starts: then the axis begins at a round number.
    let stepAxis = PlotAxis(
      covering: Double(first <= 1 ? 0 : first)...Double(max(last, 1)), tickCount: 10, isIntegral: true)
    var loss = PlotPanel(title: "loss (nats a token)", top: 82, height: 280, stepAxis: stepAxis, valueAxis: lossAxis)
    loss.line(training.thinned(columns: 800), "raw")
    loss.line(smoothed.thinned(columns: 800), "training")
    for set in datasets { loss.line(set.loss, set.kind) }
    loss.line(validation, "validation", withDots: true)
    if cider.points.isEmpty { loss.legend = datasetLegend("validation") }
    var panels = [loss]
    if !cider.points.isEmpty {
      let axis = Self.axis([cider] + datasets.map(\.cider), ticks: 4)
      var scores = PlotPanel(
        title: "CIDEr", top: loss.bottom + 52, height: 150, stepAxis: stepAxis, valueAxis: axis)
      for set in datasets { scores.line(set.cider, set.kind) }
      scores.legend = datasetLegend("cider")
      scores.line(cider, "cider", withDots: true)
      panels.append(scores)
    }
    if let best {
      panels[0].mark(step: best.step, value: best.loss, "validation", label: cider.points.isEmpty ? bestText : nil)
      if panels.count > 1, let score = best.cider {
        panels[1].mark(step: best.step, value: score, "cider", label: bestText)
      }
    }
    let bottom = panels[panels.count - 1].bottom
    panels[panels.count - 1].labelSteps()
    let legend = [
      ("training", "training", !training.points.isEmpty), ("validation", "validation", !validation.points.isEmpty),
    ]
    .filter(\.2).map { ($0.0, $0.1) }
    return Self.document(
      height: bottom + 56, title: title, legend: legend,
      panels.map(\.svg) + [Self.text("step", x: 464, y: Double(bottom) + 44, "middle")])
  }

  /// The names of the datasets' lines; empty where there is only one dataset.
  private func datasetLegend(_ mean: String) -> [(kind: String, name: String)] {
    datasets.isEmpty ? [] : datasets.map { ($0.kind, $0.name) } + [(mean, "mean")]
  }

  private var bestText: String? {
    best.map { best in
      let value = best.cider.map { "CIDEr \(Formatting.fixed($0, 3))" } ?? "loss \(Formatting.fixed(best.loss, 3))"
      return "best: \(value) at step \(Formatting.grouped(best.step))"
    }
  }

  /// The axis covers all values if steps are few; otherwise the highest and lowest hundredth may leave the panel.
  private var lossAxis: PlotAxis {
    let spread = training.range(without: training.points.count < 100 ? 0 : 0.01)
    let ranges = ([spread, validation.range(without: 0)] + datasets.map { $0.loss.range(without: 0) }).compactMap(
      \.self)
    guard let low = ranges.map(\.lowerBound).min(), let high = ranges.map(\.upperBound).max() else {
      return PlotAxis(covering: 0...1, tickCount: 6)
    }
    return PlotAxis(covering: low...high, tickCount: 6, padding: 0.05)
  }

  private static func axis(_ series: [PlotSeries], ticks: Int) -> PlotAxis {
    let all = PlotSeries(series.flatMap(\.points))
    return PlotAxis(covering: all.range(without: 0) ?? 0...1, tickCount: ticks, padding: 0.1, floor: 0)
  }

  private static func text(_ text: String, x: Double, y: Double, _ anchor: String) -> String {
    "<text x=\"\(Formatting.fixed(x, 0))\" y=\"\(Formatting.fixed(y, 0))\" text-anchor=\"\(anchor)\">"
      + "\(Formatting.escaped(text))</text>"
  }

  private static func document(
    height: Int, title: String, legend: [(kind: String, name: String)], _ content: [String]
  ) -> String {
    let keys = PlotPanel.keys(legend, y: 34)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="900" height="\(height)" viewBox="0 0 900 \(height)" \
      font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="13" role="img">
      <title>\(Formatting.escaped(title))</title>
      <style>\(style)</style>
      <rect class="paper" width="900" height="\(height)"/>
      <text class="title" x="64" y="34">\(Formatting.escaped(String(title.prefix(60))))</text>
      \((keys + content).joined(separator: "\n"))
      </svg>

      """
  }

  /// Blue and orange can be distinguished with every kind of colour vision.
  private static let style = """
    .paper{fill:#fff} text{fill:#57606a} .title{fill:#1f2328;font-size:16px;font-weight:600} .strong{fill:#1f2328} \
    path,circle{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round} \
    .grid{stroke:#e4e7eb;stroke-width:1} .frame{stroke:#afb8c1;stroke-width:1} \
    .guide{stroke:#8c959f;stroke-width:1;stroke-dasharray:3 4} \
    .raw{stroke:#0969da;stroke-width:1;stroke-opacity:.25} .training{stroke:#0969da} \
    .validation{stroke:#d1570c} .cider{stroke:#1a7f37} \
    .set{stroke-width:1.5} .set-0{stroke:#8250df} .set-1{stroke:#1b7c83} .set-2{stroke:#bf3989} .set-3{stroke:#9a6700} \
    circle.dot{stroke:none} .dot.training{fill:#0969da} .dot.validation{fill:#d1570c} .dot.cider{fill:#1a7f37} \
    @media (prefers-color-scheme:dark){.paper{fill:#0d1117} text{fill:#9198a1} .title,.strong{fill:#f0f6fc} \
    .grid{stroke:#21262d} .frame{stroke:#484f58} .guide{stroke:#6e7681} \
    .raw{stroke:#58a6ff;stroke-opacity:.3} .training{stroke:#58a6ff} .validation{stroke:#f0883e} .cider{stroke:#3fb950} \
    .set-0{stroke:#a371f7} .set-1{stroke:#39c5cf} .set-2{stroke:#f778ba} .set-3{stroke:#d29922} \
    .dot.training{fill:#58a6ff} .dot.validation{fill:#f0883e} .dot.cider{fill:#3fb950}}
    """
}
