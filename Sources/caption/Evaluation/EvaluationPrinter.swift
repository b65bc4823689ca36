import CaptionMetrics
import ModelFiles

/// Scores on standard output, as a table or as one JSON object.
struct EvaluationPrinter {
  let json: Bool
  /// How many images of each dataset are listed, the worst first.
  let listed: Int

  /// - Parameter evaluations: of one or several datasets; of several, means are printed, too.
  func print(_ evaluations: [(name: String, evaluation: Evaluation)]) throws {
    try StandardOutput.write(json ? object(evaluations) : table(evaluations))
  }

  private func table(_ evaluations: [(name: String, evaluation: Evaluation)]) -> String {
    let several = evaluations.count > 1
    var table = ScoreTable(titles: several ? evaluations.map(\.name) + ["mean"] : [])
    func row(_ name: String, _ values: [Double]) {
      table.add(name, (several ? values + [Self.mean(values)] : values).map(Self.rounded))
    }
    for order in 0..<4 { row("BLEU-\(order + 1)", evaluations.map { $0.evaluation.scores.bleu[order] }) }
    row("ROUGE-L", evaluations.map(\.evaluation.scores.rougeL))
    row("CIDEr", evaluations.map(\.evaluation.scores.cider))
    table.add("images", evaluations.map { "\($0.evaluation.scores.perImage.count)" })
    return table.text
      + evaluations.map { worst($0.evaluation, title: several ? "\($0.name)\n" : "") }.joined()
  }

  private func worst(_ evaluation: Evaluation, title: String) -> String {
    let worst = evaluation.worst(listed)
    if worst.isEmpty { return "" }
    var text = "\n\(title)\(padded("CIDEr", 8))\(padded("BLEU-4", 8))\(padded("ROUGE-L", 9))image\n"
    for image in worst {
      let columns = [(image.cider, 8), (image.bleu.last ?? 0, 8), (image.rougeL, 9)]
      text += columns.map { padded(Self.rounded($0), $1) }.joined() + "\(image.id)\n"
      text += "  \(image.candidate)\n"
      for reference in evaluation.references[image.id] ?? [] { text += "    - \(reference)\n" }
    }
    return text
  }

  private func object(_ evaluations: [(name: String, evaluation: Evaluation)]) throws -> String {
    let all = evaluations.map { EvaluationSummary($0.evaluation, listed: listed) }
    if all.count == 1 { return try StableJSON.line(all[0]) + "\n" }
    let named = zip(evaluations, all).map { EvaluationSummary.Named(dataset: $0.name, scores: $1) }
    return try StableJSON.line(EvaluationSummary.Several(datasets: named, mean: EvaluationSummary.Mean(all))) + "\n"
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// To four places.
  static func rounded(_ score: Double) -> String {
    let tenThousandths = Int((score * 10_000).rounded())
    let fraction = "\(tenThousandths % 10_000)"
    return "\(tenThousandths / 10_000)." + String(repeating: "0", count: 4 - fraction.count) + fraction
  }
}
