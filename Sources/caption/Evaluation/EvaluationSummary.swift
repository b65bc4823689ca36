import CaptionMetrics

/// An evaluation as `--json` prints it.
struct EvaluationSummary: Encodable {
  let images: Int
  let bleu: [Double]
  let rouge_l, cider, plain_cider: Double
  let distinct_captions: Double
  let vocabulary: Int
  let mean_length: Double
  let chair: Chair?
  let animals: Animals?
  /// The number of images that the captioner was not sure of; then the CIDEr of the others.
  let not_sure: Int
  let sure_cider: Double?
  let worst: [Image]?

  struct Chair: Encodable {
    let images, mentions: Int
    let chair_s, chair_i: Double
    let imagined: [Imagined]

    struct Imagined: Encodable {
      let word: String
      let count: Int
    }

    /// The words listed are the most frequent ones.
    init(_ found: ObjectHallucination) {
      (images, mentions) = (found.images, found.mentions)
      (chair_s, chair_i) = (found.captionShare, found.objectShare)
      imagined = found.imagined.prefix(20).map { Imagined(word: $0.phrase, count: $0.count) }
    }
  }

  struct Animals: Encodable {
    let images, named: Int
    let share: Double
    let each: [Animal]

    struct Animal: Encodable {
      let animal: String
      let images, named: Int
      let share: Double
    }

    init(_ found: AnimalNaming) {
      (images, named, share) = (found.images, found.named, found.share)
      each = found.animals.map { Animal(animal: $0.name, images: $0.images, named: $0.named, share: $0.share) }
    }
  }

  struct Image: Encodable {
    let image, caption: String
    let references: [String]
    let bleu: [Double]
    let rouge_l, cider: Double
  }

  /// - Parameter listed: the number of images in the list, the worst first; 0 for no list at all.
  init(_ evaluation: Evaluation, listed: Int) {
    let scores = evaluation.scores
    images = scores.perImage.count
    bleu = scores.bleu
    (rouge_l, cider, plain_cider) = (scores.rougeL, scores.cider, scores.plainCIDEr)
    distinct_captions = evaluation.variety.distinctShare
    vocabulary = evaluation.variety.vocabulary
    mean_length = evaluation.variety.meanLength
    chair = evaluation.hallucination.map { Chair($0) }
    animals = evaluation.animals.map { Animals($0) }
    (not_sure, sure_cider) = (evaluation.unsure.count, evaluation.sureCIDEr)
    let worst = evaluation.worst(listed).map { image in
      Image(
        image: image.id, caption: image.candidate, references: evaluation.references[image.id] ?? [],
        bleu: image.bleu, rouge_l: image.rougeL, cider: image.cider)
    }
    self.worst = listed > 0 ? worst : nil
  }

  /// The summaries of several datasets, and their means.
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
