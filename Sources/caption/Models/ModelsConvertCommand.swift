import ArgumentParser
import Captioning
import Foundation
import ModelFiles
import PrefixMapping
import TextDecoding

/// Converts a published ClipCap checkpoint to a captioner.
struct ModelsConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert-clipcap",
    abstract: "Make a captioner of a ClipCap checkpoint (PyTorch .pt).",
    discussion: """
      caption models convert-clipcap coco_weights.pt --encoder clip-vit-base-patch32 --decoder gpt2 --out clipcap
      caption --model clipcap photo.jpg

      The checkpoint's mapper, and its GPT-2 where it holds one, are written into the directory --out; the encoder stays \
      where it is. No code of the checkpoint is run.
      """)

  @Argument(help: "A PyTorch file.", completion: .file())
  var checkpoint: String

  @Option(help: ArgumentHelp("The CLIP that it was trained on, in the Hugging Face format.", valueName: "directory"))
  var encoder: String

  @Option(
    help: ArgumentHelp("GPT-2 in the Hugging Face format: its configuration and tokeniser.", valueName: "directory"))
  var decoder: String

  @Option(help: ArgumentHelp("Where the captioner goes; a new directory.", valueName: "directory"))
  var out: String

  @Option(help: "What the captioner is called (default: the directory's name).")
  var name: String?

  @Option(help: "The token that ends a caption: ClipCap ends with a full stop.")
  var stop = "."

  @Option(help: "Longest caption, in tokens.")
  var maxTokens = 67

  func validate() throws {
    if !(1...100_000).contains(maxTokens) { throw ValidationError("--max-tokens takes 1 to 100000.") }
    if stop.isEmpty { throw ValidationError("--stop takes the text of a token.") }
  }

  func run() throws {
    try Failure.exiting {
      let conversion = ClipCapConversion(
        checkpoint: checkpoint, encoder: Self.absolute(encoder), decoder: Self.absolute(decoder), directory: out,
        name: name ?? Path.name(Self.absolute(out)), stop: stop, maximumNewTokens: maxTokens)
      try conversion.run(hashes: ModelStore().hashes)
      writeToStandardError("caption: try it: caption --model \(out) photo.jpg\n")
    }
  }

  private static func absolute(_ path: String) -> String {
    let found = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
    return found.count > 1 && found.hasSuffix("/") ? String(found.dropLast()) : found
  }
}
