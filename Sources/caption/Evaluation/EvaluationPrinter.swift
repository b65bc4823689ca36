import CaptionMetrics
import ModelFiles

/// Prints scores on standard output, as a table or as one JSON object.
struct EvaluationPrinter {
  let json: Bool
  /// The number of images of each dataset that are listed, the worst first.
  let listed: Int

  /// - Parameter evaluations: the evaluation of each dataset; of several, means are printed, too.
  func print(_ evaluations: [(name: String, evaluation: Evaluation)]) throws {
    try StandardOutput.write(json ? object(evaluations) : table(evaluations))
  }

  private func table(_ evaluations: [(name: String, evaluation: Evaluation)]) -> String {
    let several = evaluations.count > 1
    var table = ScoreTable(titles: several ? evaluations.map(\.name) + ["mean"] : [])
    func row(_ name: String, _ values: [Double]) {
      table.add(name, (several ? values + [Self.mean(values)] : values).map(Self.rounded))
    }
    /// Where a dataset lacks the number there is no mean either; where all lack it, no row.
    func partialRow(_ name: String, _ values: [Double?]) {
      let known = values.compactMap(\.self)
      if known.isEmpty { return }
      if known.count == values.count { return row(name, known) }
      table.add(name, values.map { $0.map(Self.rounded) ?? "-" })
    }
    func shareRow(_ name: String, _ values: [(named: Int, images: Int)?]) {
      if values.allSatisfy({ $0 == nil }) { return }
      table.add(name, values.map { $0.map { Self.share($0.named, of: $0.images) } ?? "-" })
    }
    for order in 0..<4 { row("BLEU-\(order + 1)", evaluations.map { $0.evaluation.scores.bleu[order] }) }
    row("ROUGE-L", evaluations.map(\.evaluation.scores.rougeL))
    row("CIDEr", evaluations.map(\.evaluation.scores.cider))
    let all = evaluations.map(\.evaluation)
    row("distinct", all.map(\.variety.distinctShare))
    table.add("words", all.map { "\($0.variety.vocabulary)" })
    row("length", all.map(\.variety.meanLength))
    partialRow("CHAIRs", all.map { $0.hallucination?.captionShare })
    partialRow("CHAIRi", all.map { $0.hallucination?.objectShare })
    shareRow("animals", all.map { $0.animals.map { ($0.named, $0.images) } })
    for name in COCOObjects.animals {
      let found = all.map { $0.animals?.animals.first { $0.name == name } }
      shareRow("  \(name)", found.map { $0.map { ($0.named, $0.images) } })
    }
    table.add("images", evaluations.map { "\($0.evaluation.scores.perImage.count)" })
    if evaluations.contains(where: { !$0.evaluation.unsure.isEmpty }) {
      table.add("not sure", evaluations.map { "\($0.evaluation.unsure.count)" })
      table.add("sure CIDEr", evaluations.map { $0.evaluation.sureCIDEr.map(Self.rounded) ?? "-" })
    }
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

  /// A share as `0.2500 (1/4)`.
  private static func share(_ part: Int, of whole: Int) -> String {
    "\(rounded(Double(part) / Double(whole))) (\(part)/\(whole))"
  }

  /// The score to four decimal places.
  static func rounded(_ score: Double) -> String {
    let tenThousandths = Int((score * 10_000).rounded())
    let fraction = "\(tenThousandths % 10_000)"
    return "\(tenThousandths / 10_000)." + String(repeating: "0", count: 4 - fraction.count) + fraction
  }
}
