import ArgumentParser
import Captioning
import ImageEncoding
import Logging

/// `caption photo.jpg …`: captions on standard output, all else on standard error.
struct PhotoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "photo",
    abstract: "Caption photos, in the order given (the default).",
    discussion: """
      Reads JPEG, PNG and WebP, by content, whatever the name. Prints the caption; for several photos, each one's path, a \
      tab and its caption. A photo that cannot be read is reported on standard error, and the others are captioned all \
      the same.
      """)

  @Argument(help: "Image files; - is standard input.", completion: .file())
  var images: [String]

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Wording") var wording: WordingOptions
  @OptionGroup(title: "Reading images") var reading: ReadingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  mutating func validate() throws {
    if images.isEmpty { throw ValidationError("Name at least one image, or - for standard input.") }
    if images.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input can be read only once.") }
  }

  /// Up to so many photos are captioned sooner than matrices are laid out for more.
  private static let fewPhotos = 12

  func run() async throws {
    try Failure.exiting { try captionAll() }
  }

  private func captionAll() throws {
    let log = output.logger
    let captioner = try model.load(log: log).prepared(model.precision, isBatch: images.count > Self.fewPhotos)
    let options = try wording.options(for: captioner)
    let decoder = ImageDecoder(options: reading.options)
    let printer = CaptionPrinter(json: output.json, withPaths: images.count > 1)
    var failures = 0
    for path in images {
      let caption: ImageCaption
      do {
        caption = try captioner.caption(path: path, decoder: decoder, options: options) { log.warning("\($0)") }
      } catch {
        failures += 1
        log.error("\(error)")
        try printer.print(error: "\(error)", path: path)
        continue
      }
      log.debug("\(path): \(caption.timings)")
      try printer.print(caption, path: path)
    }
    if failures > 0 { throw Failure.someImagesFailed }
  }
}
