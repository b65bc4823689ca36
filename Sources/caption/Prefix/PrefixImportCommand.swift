import ArgumentParser
import Captioning
import ModelFiles
import TextDecoding

struct PrefixImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take a prefix that Hugging Face PEFT saved (PREFIX_TUNING).",
    discussion: """
      Nothing in the directory says for sure which weights the prefix was trained with: give the captioner of that decoder \
      with --model.
      """)

  @Argument(help: "The directory that PEFT's save_pretrained wrote.", completion: .directory)
  var directory: String

  @OptionGroup(title: "Output") var output: PrefixOutput
  @OptionGroup(title: "Model") var model: ModelOptions

  func run() throws {
    try Failure.exiting {
      let captioner = try model.load(log: output.logger)
      let prefix = try Prefix(peftDirectory: directory, decoder: captioner.decoder.prefixShape)
      try output.write(prefix, of: captioner, origin: "peft \(Path.name(directory))")
    }
  }
}
