import ArgumentParser
import Captioning

/// `caption batch photos/ -o captions.jsonl`: every image of directories, lists and shards.
struct BatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Caption directories, lists and shards of images, however many.",
    discussion: """
      caption batch photos/ -o captions.jsonl       every image below a directory
      caption batch photos/ --txt                   photos/a.jpg → photos/a.txt
      caption batch 'shards/{000000..000123}.tar' --webdataset captioned/
      find . -name '*.jpg' -print0 | caption batch --from-file - -o captions.csv
      caption batch photos/ -o captions.jsonl --gallery captions.html

      What is done stands in a journal beside the output (captions.jsonl.journal/). The same command goes on where a run \
      stopped, whatever stopped it, and does what has come since. After it each image is in every output once. Outputs \
      may be added. One that a person changed is not written to: --adopt goes on behind what it holds. Images that cannot \
      be captioned are in captions.jsonl.errors.jsonl and do not stop the run.

      Images that the captioner is not sure of, such as screenshots and blank pages, are no errors. JSON lines have "caption": \
      null and a "reason", CSV an empty caption and a reason, COCO results an empty caption, a gallery a note. They get no \
      sidecar, no row in metadata.jsonl and no sample in tar shards, from which captions may be learnt.

      Outputs of one run may be several. Their format shows in the name: .jsonl, .json (COCO results), .csv, \
      metadata.jsonl (Hugging Face imagefolder), .html (a gallery); or it stands before it: -o coco:results.txt. -o - \
      writes JSON lines to standard output as images are done.
      """)

  @OptionGroup(title: "Images") var images: BatchInputOptions
  @OptionGroup(title: "Output") var outputs: BatchOutputOptions
  @OptionGroup(title: "Run") var running: BatchRunOptions
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Wording") var wording: WordingOptions
  @OptionGroup(title: "Not sure") var certainty: CertaintyOptions
  @OptionGroup(title: "Reading images") var reading: ReadingOptions

  func validate() throws {
    if images.paths.isEmpty && images.fromFile.isEmpty {
      throw ValidationError("Name a directory, image or shard, or a list with --from-file.")
    }
    if !running.dryRun && outputs.isEmpty {
      let first = images.paths.first ?? "photos"
      throw ValidationError(
        "Say where the captions go: -o captions.jsonl for a file, --txt for a text file beside each image.\n"
          + "For example: caption batch \(first) -o captions.jsonl")
    }
  }

  func run() async throws {
    try await Failure.exiting { try await BatchRun(self).run() }
  }
}
