import ArgumentParser
import Captioning
import ImageEncoding
import Logging
import ModelFiles

struct PrefixFromImageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "from-image", abstract: "The prefix of a photo: what a captioner's mapper makes of it.")

  @Argument(help: "An image file; - is standard input.", completion: .file())
  var image: String

  @OptionGroup(title: "Output") var output: PrefixOutput
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Reading images") var reading: ReadingOptions

  func run() throws {
    try Failure.exiting {
      let log = output.logger
      let captioner = try model.load(log: log).prepared(model.precision, isBatch: false)
      let prefix = try captioner.prefix(path: image, decoder: ImageDecoder(options: reading.options)) {
        log.warning("\($0)")
      }
      try output.write(prefix, of: captioner, origin: "image \(Path.name(image))")
    }
  }
}
