import CaptionMetrics
import ModelFiles

/// Scores on standard output, as a table or as one JSON object.
struct EvaluationPrinter {
  let json: Bool
  /// How many images are listed, the worst first.
  let listed: Int

  func print(_ evaluation: Evaluation) throws {
    try StandardOutput.write(json ? object(evaluation) : table(evaluation))
  }

  private func table(_ evaluation: Evaluation) -> String {
    let scores = evaluation.scores
    var rows = scores.bleu.enumerated().map { ("BLEU-\($0 + 1)", $1) }
    rows += [("ROUGE-L", scores.rougeL), ("CIDEr", scores.cider)]
    var text = rows.map { name, score in "\(padded(name, 9))\(rounded(score))\n" }.joined()
    text += "\(padded("images", 9))\(scores.perImage.count)\n"
    if !evaluation.unsure.isEmpty {
      let others = evaluation.sureCIDEr.map { "; CIDEr of the others \(rounded($0))" } ?? ""
      text += "\(padded("not sure", 9))\(evaluation.unsure.count)\(others)\n"
    }
    let worst = evaluation.worst(listed)
    if !worst.isEmpty { text += "\n\(padded("CIDEr", 8))\(padded("BLEU-4", 8))\(padded("ROUGE-L", 9))image\n" }
    for image in worst {
      let columns = [(image.cider, 8), (image.bleu.last ?? 0, 8), (image.rougeL, 9)]
      text += columns.map { padded(rounded($0), $1) }.joined() + "\(image.id)\n"
      text += "  \(image.candidate)\n"
      for reference in evaluation.references[image.id] ?? [] { text += "    - \(reference)\n" }
    }
    return text
  }

  private func object(_ evaluation: Evaluation) throws -> String {
    let scores = evaluation.scores
    let images = evaluation.worst(listed).map { image in
      Summary.Image(
        image: image.id, caption: image.candidate, references: evaluation.references[image.id] ?? [],
        bleu: image.bleu, rouge_l: image.rougeL, cider: image.cider)
    }
    let summary = Summary(
      images: scores.perImage.count, bleu: scores.bleu, rouge_l: scores.rougeL, cider: scores.cider,
      plain_cider: scores.plainCIDEr, not_sure: evaluation.unsure.count, sure_cider: evaluation.sureCIDEr,
      worst: listed > 0 ? images : nil)
    return try StableJSON.line(summary) + "\n"
  }

  private struct Summary: Encodable {
    let images: Int
    let bleu: [Double]
    let rouge_l, cider, plain_cider: Double
    let not_sure: Int
    let sure_cider: Double?
    let worst: [Image]?

    struct Image: Encodable {
      let image, caption: String
      let references: [String]
      let bleu: [Double]
      let rouge_l, cider: Double
    }
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// To four places.
  private func rounded(_ score: Double) -> String {
    let tenThousandths = Int((score * 10_000).rounded())
    let fraction = "\(tenThousandths % 10_000)"
    return "\(tenThousandths / 10_000)." + String(repeating: "0", count: 4 - fraction.count) + fraction
  }
}
