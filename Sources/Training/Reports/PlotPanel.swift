/// One plot of a figure: axes, lines and marks as pieces of SVG. The figure is 900 units wide.
struct PlotPanel {
  let title: String
  let top: Int
  let height: Int
  let stepAxis: PlotAxis
  let valueAxis: PlotAxis
  /// The classes and names of the lines, above the panel at its right end.
  var legend: [(kind: String, name: String)] = []
  private var content: [String] = []
  private var labels: [String] = []

  private static let left = 64
  private static let width = 800

  init(title: String, top: Int, height: Int, stepAxis: PlotAxis, valueAxis: PlotAxis) {
    self.title = title
    self.top = top
    self.height = height
    self.stepAxis = stepAxis
    self.valueAxis = valueAxis
  }

  var bottom: Int { top + height }

  /// - Parameter kind: the class in the style sheet, which sets the colour.
  mutating func line(_ series: PlotSeries, _ kind: String, withDots: Bool = false) {
    let points = series.points
    if points.count > 1 {
      let path = points.enumerated().map { ($0 == 0 ? "M" : $0 == 1 ? "L" : "") + place($1.step, $1.value) }
      content.append("<path class=\"\(kind)\" d=\"\(path.joined(separator: " "))\"/>")
    }
    // A single point makes no line, so it gets a dot. Many dots would hide the line, so they are left out.
    guard points.count == 1 || withDots && points.count <= 60 else { return }
    content += points.map { circle($0.step, $0.value, radius: 3, "dot \(kind)") }
  }

  /// Draws a ring at a point, with a line through the panel and a label beside it.
  mutating func mark(step: Int, value: Double, _ kind: String, label: String?) {
    guard value.isFinite else { return }
    let x = Formatting.fixed(horizontal(step), 1)
    content.insert("<path class=\"guide\" d=\"M\(x) \(top)V\(bottom)\"/>", at: 0)
    content.append(circle(step, value, radius: 6, kind))
    guard let label else { return }
    let isLeft = stepAxis.position(Double(step)) < 0.5
    labels.append(
      "<text class=\"strong\" x=\"\(Formatting.fixed(horizontal(step) + (isLeft ? 8 : -8), 1))\" y=\"\(bottom - 10)\" "
        + "text-anchor=\"\(isLeft ? "start" : "end")\">\(Formatting.escaped(label))</text>")
  }

  /// Writes the steps under the panel.
  mutating func labelSteps() {
    labels += stepAxis.ticks.map { tick in
      "<text x=\"\(Formatting.fixed(horizontal(tick), 1))\" y=\"\(bottom + 20)\" text-anchor=\"middle\">"
        + "\(stepAxis.label(tick))</text>"
    }
  }

  var svg: String {
    let (left, width) = (Self.left, Self.width)
    var grid = ""
    for tick in stepAxis.ticks { grid += "M\(Formatting.fixed(horizontal(tick), 1)) \(top)V\(bottom)" }
    for tick in valueAxis.ticks { grid += "M\(left) \(Formatting.fixed(vertical(tick), 1))H\(left + width)" }
    let values = valueAxis.ticks.map { tick in
      "<text x=\"\(left - 8)\" y=\"\(Formatting.fixed(vertical(tick) + 4.5, 1))\" text-anchor=\"end\">"
        + "\(valueAxis.label(tick))</text>"
    }
    let clip = "panel-\(top)"
    let pieces =
      [
        "<path class=\"grid\" d=\"\(grid)\"/>",
        "<clipPath id=\"\(clip)\"><rect x=\"\(left - 8)\" y=\"\(top)\" width=\"\(width + 16)\" height=\"\(height)\"/></clipPath>",
        "<g clip-path=\"url(#\(clip))\">",
      ] + content + [
        "</g>", "<path class=\"frame\" d=\"M\(left) \(top)V\(bottom)H\(left + width)\"/>",
        "<text x=\"\(left)\" y=\"\(top - 10)\">\(title)</text>",
      ] + values + labels + PlotPanel.keys(legend, y: top - 10)
    return pieces.joined(separator: "\n")
  }

  /// The keys of a legend, from the right end of the figure leftwards.
  static func keys(_ legend: [(kind: String, name: String)], y: Int) -> [String] {
    var x = left + width
    return legend.reversed().flatMap { kind, name in
      x -= 7 * name.count
      defer { x -= 54 }
      return [
        "<text x=\"\(x)\" y=\"\(y)\">\(Formatting.escaped(name))</text>",
        "<path class=\"\(kind)\" d=\"M\(x - 30) \(y - 5).5H\(x - 8)\"/>",
      ]
    }
  }

  private func circle(_ step: Int, _ value: Double, radius: Int, _ kind: String) -> String {
    "<circle class=\"\(kind)\" cx=\"\(Formatting.fixed(horizontal(step), 1))\" "
      + "cy=\"\(Formatting.fixed(vertical(value), 1))\" r=\"\(radius)\"/>"
  }

  private func place(_ step: Int, _ value: Double) -> String {
    "\(Formatting.fixed(horizontal(step), 1)) \(Formatting.fixed(vertical(value), 1))"
  }

  private func horizontal(_ step: Int) -> Double { horizontal(Double(step)) }

  private func horizontal(_ step: Double) -> Double {
    Double(Self.left) + stepAxis.position(step) * Double(Self.width)
  }

  private func vertical(_ value: Double) -> Double {
    // Far outside the visible range, coordinates are limited to sizes that can be drawn.
    Double(bottom) - min(max(valueAxis.position(value), -10), 10) * Double(height)
  }
}
