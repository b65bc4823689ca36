import ArgumentParser
import Captioning
import ModelFiles
import TextDecoding

struct PrefixConcatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "concat", abstract: "Join prefixes of one decoder, the first one first.",
    discussion: """
      Keys of the later ones are turned on to the positions that they get. That is not the same as having read all of it in \
      one: no part knows of the others.
      """)

  @Argument(help: "Prefix files, two or more.", completion: .file())
  var files: [String]

  @OptionGroup(title: "Output") var output: PrefixOutput
  @OptionGroup(title: "Model") var model: ModelOptions

  mutating func validate() throws {
    if files.count < 2 { throw ValidationError("Name at least two prefix files.") }
  }

  func run() throws {
    try Failure.exiting {
      let captioner = try model.load(log: output.logger)
      let prefixes = try files.map { try captioner.prefixFile(path: $0).prefix }
      let joined = try captioner.decoder.concatenation(of: prefixes)
      try output.write(
        joined, of: captioner, origin: "concat of \(files.map { Path.name($0) }.joined(separator: ", "))")
    }
  }
}
