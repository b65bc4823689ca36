import ArgumentParser
import Datasets

/// `caption evaluate`: how close captions come to what people wrote.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Score captions against references: BLEU, ROUGE-L, CIDEr; objects that are not there.",
    discussion: """
      The scores are those of pycocoevalcap, tokenisation included; CIDEr is what it calls so (CIDEr-D of the paper). \
      CIDEr weighs words by how rare they are among the references: only scores on the same images compare.

      Predictions are COCO results, [{"image_id": 7, "caption": "…"}, …], or lines as 'caption --json *.jpg' prints \
      them. References are COCO annotations, {"annotations": [{"image_id": 7, "caption": "…"}, …], "images": […]}, or \
      lines {"file_name": "7.jpg", "captions": ["…", …], "split": "val"}. Images are matched by number, or by the last \
      part of their path.

      Beside them stand the share of captions that are different ones, how many words they have in all and each on \
      average. Where photos have labels ('labels' in captions.jsonl): CHAIRs, the share of captions that name one of \
      COCO's 80 objects which neither the labels nor people's captions have, and CHAIRi, the share of such objects among \
      all that are named (Rohrbach et al. 2018; photos whose labels are COCO's objects); and of the photos labelled with \
      an animal, those whose caption names it.

      With --data instead, a captioner (--model) captions the photos of a dataset first: 1,000 in a minute or two. Of \
      several datasets each has its scores, and there are the means. What it would say is scored for every photo; how many \
      it would not be sure of, and the CIDEr of the others, is told besides. In predictions, "caption": null with a \
      "reason" is "not sure", and scored as an empty caption.
      """)

  @Option(help: ArgumentHelp("The captions to score.", valueName: "file"), completion: .file())
  var predictions: String?

  @Option(help: ArgumentHelp("What people wrote.", valueName: "file"), completion: .file())
  var references: String?

  @Option(
    help: ArgumentHelp(
      "Images with captions, as 'caption train' reads them, to caption and score; may be given several times.",
      valueName: "path"))
  var data: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --data: where its images are, if not beside it. With several --data once for each, in their order; - for beside it.",
      valueName: "directory"))
  var images: [String] = []

  @OptionGroup(title: "With --data: names") var columns: ColumnOptions

  @Option(
    help: ArgumentHelp("With --data: write the captions here, a JSON object a line.", valueName: "file"),
    completion: .file())
  var save: String?

  @OptionGroup(title: "With --data: the captioner") var model: ModelOptions
  @OptionGroup(title: "With --data: wording") var wording: WordingOptions
  @OptionGroup(title: "With --data: not sure") var certainty: CertaintyOptions

  @Option(
    help: ArgumentHelp(
      "Only images of this split: train, val or test (with --data: val unless given).", valueName: "name"))
  var split: String?

  @Flag(help: "Leave images without a prediction out, instead of stopping.")
  var partial = false

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  @Option(help: ArgumentHelp("List this many images with the lowest CIDEr.", valueName: "count"))
  var worst: Int?

  @Flag(help: "List every image, the lowest CIDEr first.")
  var perImage = false

  func validate() throws {
    if let worst, worst < 1 { throw ValidationError("--worst takes 1 or more.") }
    if data.isEmpty {
      if predictions == nil || references == nil {
        throw ValidationError("Give --predictions and --references, or --data.")
      }
      if save != nil || !images.isEmpty || model.model != nil || columns.columns != CaptionColumns() {
        throw ValidationError("--model, --images, --image-column, --caption-column and --save need --data.")
      }
    } else if predictions != nil || references != nil || partial {
      throw ValidationError("--data has its own references and needs no --predictions.")
    }
    _ = try datasets
    if worst != nil && perImage { throw ValidationError("Give --worst or --per-image, not both.") }
  }

  private var datasets: [NamedDataset] {
    get throws { try NamedDataset.list(data, images: images, columns: columns.columns) }
  }

  func run() async throws {
    try await Failure.exiting {
      let printer = EvaluationPrinter(json: json, listed: perImage ? .max : worst ?? 0)
      if !data.isEmpty {
        let evaluation = DatasetEvaluation(
          datasets: try datasets, split: split, saveTo: save, certainty: certainty.policy)
        return try printer.print(await evaluation.run(model: model, wording: wording))
      }
      guard let predictions, let references else { return }
      let evaluation = try Evaluation(
        Predictions(path: predictions), references: References(path: references, split: split), isPartial: partial,
        hasSplit: split != nil)
      if evaluation.missingCount > 0 {
        writeToStandardError("caption: \(evaluation.missingCount) images without a prediction were left out\n")
      }
      try printer.print([(references, evaluation)])
    }
  }
}
