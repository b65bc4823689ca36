import ArgumentParser
import Captioning
import ImageEncoding
import ModelFiles
import Tensors

/// Writes a captioner's intermediate results, for comparison with its reference; not meant for users.
struct DebugTensorsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "debug-tensors",
    abstract: "Write the tensors of some images to a safetensors file.",
    shouldDisplay: false)

  @Argument(help: "Image files.")
  var images: [String]

  @Option(help: "The file to write.")
  var output: String

  @OptionGroup var model: ModelOptions
  @OptionGroup var reading: ReadingOptions
  @OptionGroup var messages: OutputOptions

  func run() throws {
    try Failure.exiting {
      let captioner = try model.load(log: messages.logger)
      let decoder = ImageDecoder(options: reading.options)
      let tensors = try captioner.intermediateTensors(paths: images, decoder: decoder)
      try SafetensorsWriter.write(
        tensors.map { ($0.name, $0.tensor.stored) }, metadata: ["images": images.joined(separator: "\n")], to: output)
    }
  }
}
