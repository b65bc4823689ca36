import ArgumentParser

/// `caption evaluate`: how close captions come to what people wrote.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Score captions against references: BLEU, ROUGE-L, CIDEr.",
    discussion: """
      The scores are those of pycocoevalcap, tokenisation included; CIDEr is what it calls so (CIDEr-D of the paper). \
      CIDEr weighs words by how rare they are among the references: only scores on the same images compare.

      Predictions are COCO results, [{"image_id": 7, "caption": "…"}, …], or lines as 'caption --json *.jpg' prints \
      them. References are COCO annotations, {"annotations": [{"image_id": 7, "caption": "…"}, …], "images": […]}, or \
      lines {"file_name": "7.jpg", "captions": ["…", …], "split": "val"}. Images are matched by number, or by the last \
      part of their path.
      """)

  @Option(help: ArgumentHelp("The captions to score.", valueName: "file"), completion: .file())
  var predictions: String

  @Option(help: ArgumentHelp("What people wrote.", valueName: "file"), completion: .file())
  var references: String

  @Option(help: ArgumentHelp("Only references of this split: train, val or test.", valueName: "name"))
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
    if worst != nil && perImage { throw ValidationError("Give --worst or --per-image, not both.") }
  }

  func run() async throws {
    try Failure.exiting {
      let evaluation = try Evaluation(
        Predictions(path: predictions), references: References(path: references, split: split), isPartial: partial,
        hasSplit: split != nil)
      if evaluation.missingCount > 0 {
        writeToStandardError("caption: \(evaluation.missingCount) images without a prediction were left out\n")
      }
      try EvaluationPrinter(json: json, listed: perImage ? .max : worst ?? 0).print(evaluation)
    }
  }
}
