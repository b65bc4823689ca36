import ArgumentParser
import Captioning
import ModelFiles
import TextDecoding
import Training

/// `caption train --data pairs --out my-captioner`.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a captioner on your own images and captions.",
    discussion: """
      caption train --data photos --out my-captioner
      caption --model my-captioner photo.jpg

      Encoder and decoder are those of a captioner or of a pair of your own models (--model; see caption models add; the \
      default captioner's if not given) and stay as they are; only the mapper between them is trained. Features of the photos are computed once and kept for other runs.

      The directory --out then holds the captioner with the best validation score so far, and beside it metrics.jsonl, \
      curves.svg, samples.html, run.json and checkpoints. A run that was interrupted or killed goes on with --resume and \
      the same options.
      """)

  @Option(
    help: ArgumentHelp(
      "What is learnt: captions of images, or text, one static prefix for lines of JSON with input and target.",
      valueName: "captions or text"))
  var task = TrainingTask.captions

  @Option(
    help: ArgumentHelp(
      "With --task text: how an input is written before its target, {input} standing for it.", valueName: "text"))
  var template = TextTask.defaultTemplate

  @OptionGroup(title: "Data") var dataset: DatasetOptions
  @OptionGroup(title: "Captions") var data: TrainingDataOptions

  @Option(help: ArgumentHelp("Where the captioner goes.", valueName: "directory"))
  var out: String

  @Option(help: "What the captioner is called (default: the directory's name).")
  var name: String?

  @Option(help: "What it was trained on, for people, with the licence of the data.")
  var about: String?

  @Flag(help: "Go on with the run in --out.")
  var resume = false

  @Flag(help: "Compute the photos' features and stop.")
  var prepare = false

  @Option(help: "Minutes between checkpoints.")
  var checkpointMinutes = 5.0

  @Option(help: "Validation photos shown with their captions in samples.html.")
  var samples = 8

  @Flag(help: "Write event files for TensorBoard, too.")
  var tensorboard = false

  @OptionGroup(title: "Mapper") var mapper: MapperOptions
  @OptionGroup(title: "Objective") var objective: ObjectiveOptions
  @OptionGroup(title: "Recipe") var recipe: RecipeOptions
  @OptionGroup(title: "Validation") var validation: ValidationOptions
  @OptionGroup(title: "Base models") var model: ModelOptions

  @Flag(name: .shortAndLong, help: "Only errors on standard error.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Tell on standard error what happens.")
  var verbose = false

  func validate() throws {
    if out.isEmpty { throw ValidationError("--out takes a directory.") }
    if !(checkpointMinutes > 0 && checkpointMinutes <= 1_000_000) {
      throw ValidationError("--checkpoint-minutes takes a number above 0, up to 1000000.")
    }
    if task == .text {
      guard ["static", "soft-prompt"].contains(mapper.mapper), !mapper.continueMapper, mapper.features == nil else {
        throw ValidationError("--task text trains --mapper static or soft-prompt, which read no image.")
      }
      guard TextTask.isTemplate(template) else { throw ValidationError("--template takes text with {input} once.") }
      if dataset.data.count > 1 { throw ValidationError("--task text takes one --data.") }
      if recipe.tokenDropout > 0 { throw ValidationError("--token-dropout is of features, which --task text has not.") }
      if objective.objective != .likelihood { throw ValidationError("--task text takes --objective likelihood.") }
      if prepare { throw ValidationError("--prepare computes features of photos, which --task text has not.") }
    }
    if samples < 0 { throw ValidationError("--samples takes 0 or more.") }
    if quiet && verbose { throw ValidationError("Give --quiet or --verbose, not both.") }
  }

  func run() async throws {
    try await Failure.exiting {
      let run = TrainingRun(command: self)
      try await Interruptible.run(outcome: run.outcome(ofInterruption:)) {
        switch task {
        case .captions: try await run.run()
        case .text: try TextTaskRun(command: self).run()
        }
      }
    }
  }
}

enum TrainingTask: String, ExpressibleByArgument, CaseIterable {
  case captions, text
}
