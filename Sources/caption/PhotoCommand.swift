import ArgumentParser
import Captioning
import ImageEncoding
import Logging

/// `caption photo.jpg …`: captions on standard output, everything else on standard error.
struct PhotoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "photo",
    abstract: "Caption photos, in the order given (the default).",
    discussion: """
      Reads JPEG, PNG and WebP, by content, whatever the name. Prints the caption; for several photos, each one's path, a \
      tab and its caption. A photo that cannot be read is reported on standard error, and the others are captioned all \
      the same. Of an image that does not look like a photo the line says 'not sure' and why; with --json its caption is \
      null, and there is a reason.
      """)

  @Argument(help: "Image files; - is standard input.", completion: .file())
  var images: [String]

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Wording") var wording: WordingOptions
  @OptionGroup(title: "Not sure") var certainty: CertaintyOptions
  @OptionGroup(title: "Reading images") var reading: ReadingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  mutating func validate() throws {
    if images.isEmpty { throw ValidationError("Name at least one image, or - for standard input.") }
    if images.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input can be read only once.") }
  }

  func run() throws {
    try Failure.exiting { try captionAll() }
  }

  private func captionAll() throws {
    let log = output.logger
    var captioner = try model.load(log: log)
    captioner.certainty = certainty.policy
    let options = try wording.options(for: captioner)
    let printer = CaptionPrinter(json: output.json, withPaths: images.count > 1)
    var failures = 0
    let captioning = PhotoCaptioning(
      captioner, precision: model.precision, imageDecoder: ImageDecoder(options: reading.options), options: options
    ) { outcome in
      let path = images[outcome.index]
      for warning in outcome.warnings { log.warning("\(warning)") }
      switch outcome.result {
      case .success(let caption):
        log.debug("\(path): \(caption.timings)")
        try printer.print(caption, path: path)
      case .failure(let error):
        failures += 1
        // An error that is not due to the photo does not name it.
        let message = error is ImageDecodingError ? "\(error)" : "\(path): \(error)"
        log.error("\(message.replacing(path, with: Terminal.printable(path)))")
        try printer.print(error: message, path: path)
      }
    }
    try captioning.run(images)
    if failures > 0 { throw Failure.someImagesFailed }
  }
}
