import CaptionMetrics

/// An evaluation as `--json` prints it.
struct EvaluationSummary: Encodable {
  let images: Int
  let bleu: [Double]
  let rouge_l, cider, plain_cider: Double
  /// How many images the captioner was not sure of, and the CIDEr of the others.
  let not_sure: Int
  let sure_cider: Double?
  let worst: [Image]?

  struct Image: Encodable {
    let image, caption: String
    let references: [String]
    let bleu: [Double]
    let rouge_l, cider: Double
  }

  /// - Parameter listed: how many images there are, the worst first; with 0 no list at all.
  init(_ evaluation: Evaluation, listed: Int) {
    let scores = evaluation.scores
    images = scores.perImage.count
    bleu = scores.bleu
    (rouge_l, cider, plain_cider) = (scores.rougeL, scores.cider, scores.plainCIDEr)
    (not_sure, sure_cider) = (evaluation.unsure.count, evaluation.sureCIDEr)
    let worst = evaluation.worst(listed).map { image in
      Image(
        image: image.id, caption: image.candidate, references: evaluation.references[image.id] ?? [],
        bleu: image.bleu, rouge_l: image.rougeL, cider: image.cider)
    }
    self.worst = listed > 0 ? worst : nil
  }

  /// Those of several datasets, and their means.
  struct Several: Encodable {
    let datasets: [Named]
    let mean: Mean
  }

  struct Named: Encodable {
    let dataset: String
    let scores: EvaluationSummary
  }

  struct Mean: Encodable {
    let bleu: [Double]
    let rouge_l, cider, plain_cider: Double

    init(_ all: [EvaluationSummary]) {
      func mean(_ value: (EvaluationSummary) -> Double) -> Double { EvaluationPrinter.mean(all.map(value)) }
      bleu = (0..<4).map { order in mean { $0.bleu[order] } }
      (rouge_l, cider, plain_cider) = (mean(\.rouge_l), mean(\.cider), mean(\.plain_cider))
    }
  }
}
