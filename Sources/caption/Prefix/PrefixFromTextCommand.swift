import ArgumentParser
import Captioning
import TextDecoding

struct PrefixFromTextCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "from-text", abstract: "The prefix of a text: what the decoder keeps of having read it.",
    discussion:
      "Spellings of special tokens, such as <|im_start|>, become these tokens. Nothing is put before the text.")

  @Argument(help: "The text; - is standard input.")
  var text: String

  @OptionGroup(title: "Output") var output: PrefixOutput
  @OptionGroup(title: "Model") var model: ModelOptions

  func run() throws {
    try Failure.exiting {
      let text = text == "-" ? try StandardInput.text() : text
      let captioner = try model.load(log: output.logger).prepared(model.precision, isBatch: false)
      let tokens = captioner.tokenizer.encode(text)
      if tokens.isEmpty { throw ValidationError("The text is empty: give at least one character.") }
      let prefix = try captioner.decoder.prefix(of: tokens)
      try output.write(prefix, of: captioner, origin: "text \(text)")
    }
  }
}
