import ArgumentParser
import TextDecoding

struct PrefixExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a prefix as an adapter for Hugging Face PEFT (PREFIX_TUNING).",
    discussion: """
      PeftModel.from_pretrained(model, DIR) then starts from it. The model must have the decoder's very weights: those of a \
      GGUF file are had by transformers' from_pretrained(…, gguf_file=…).
      """)

  @Argument(help: "A prefix file.", completion: .file())
  var file: String

  @Option(help: ArgumentHelp("The directory to write.", valueName: "directory"))
  var peft: String

  @Option(
    help: ArgumentHelp(
      "What PEFT calls the decoder: a repository or a directory (default: the name in the prefix file).",
      valueName: "name"))
  var baseModel: String?

  func run() throws {
    try Failure.exiting {
      let file = try PrefixFile(path: file)
      try file.prefix.writePEFT(directory: peft, baseModel: baseModel ?? file.base.name)
    }
  }
}
