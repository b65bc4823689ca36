import ArgumentParser
import Captioning
import ModelFiles
import TextDecoding

struct PrefixApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Let a text grow from each prefix, all in one batch.",
    discussion: """
      Prefixes may be of different lengths and tasks. Prints the text; for several files, each one's path, a tab and its \
      text.
      """)

  @Argument(help: "Prefix files of the captioner's decoder.", completion: .file())
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Text between a prefix and what is generated (default: the captioner's start tokens).",
      discussion:
        "Once for all files, or once for each in their order. Spellings of special tokens become these tokens."))
  var prompt: [String] = []

  @Option(
    help: ArgumentHelp(
      "Input of a text task that the prefixes were trained for, written as they were trained with it.",
      discussion: "Once for all files, or once for each in their order."))
  var input: [String] = []

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Wording") var wording: WordingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  /// The number of rows from which packing matrices for a batch takes less time than it saves.
  private static let fewRows = 8

  mutating func validate() throws {
    if prompt.count > 1 && prompt.count != files.count {
      throw ValidationError(
        "Give --prompt once, or once for each of the \(files.count) files, not \(prompt.count) times.")
    }
    if input.count > 1 && input.count != files.count {
      throw ValidationError(
        "Give --input once, or once for each of the \(files.count) files, not \(input.count) times.")
    }
    if !input.isEmpty && !prompt.isEmpty { throw ValidationError("Give --prompt or --input, not both.") }
    if prompt.contains("") {
      throw ValidationError("--prompt takes at least one character; leave it out for the default.")
    }
  }

  func run() throws {
    try Failure.exiting {
      let captioner = try model.load(log: output.logger)
        .prepared(model.precision, isBatch: files.count > Self.fewRows)
      let options = try wording.options(for: captioner)
      let found = try files.map { try captioner.prefixFile(path: $0) }
      let prefixes = found.map(\.prefix)
      let sequences = try captioner.generate(from: prefixes, prompts: prompts(captioner, found), options: options)
      for ((path, prefix), sequence) in zip(zip(files, prefixes), sequences) {
        try write(sequence, text: captioner.text(of: sequence), path: path, prefix: prefix)
      }
    }
  }

  private func prompts(_ captioner: Captioner, _ found: [PrefixFile]) throws -> [[Int]] {
    if !input.isEmpty {
      return try zip(files, found).enumerated().map { index, file in
        guard let template = file.1.template else { throw PrefixFileError.noTemplate(path: file.0) }
        // An input is text: control tokens in it are encoded as ordinary text.
        return TextTask(template: template).tokens(
          of: input[input.count > 1 ? index : 0], tokenizer: captioner.tokenizer)
      }
    }
    let given = prompt.map { captioner.tokenizer.encode($0) }
    return files.indices.map {
      given.isEmpty ? captioner.manifest.decoder.startTokens : given[given.count > 1 ? $0 : 0]
    }
  }

  private struct Line: Encodable {
    let path, caption, finish_reason: String
    let confidence, log_probability: Double
    let tokens: [Int]
    let token_log_probabilities: [Double]
    let prefix_length: Int
  }

  private func write(_ sequence: GeneratedSequence, text: String, path: String, prefix: Prefix) throws {
    guard output.json else {
      return try StandardOutput.write(files.count > 1 ? "\(path)\t\(text)\n" : "\(text)\n")
    }
    let line = Line(
      path: path, caption: text, finish_reason: sequence.finishReason.rawValue,
      confidence: sequence.confidence.rounded(toPlaces: 4),
      log_probability: sequence.meanLogProbability.rounded(toPlaces: 4), tokens: sequence.tokens,
      token_log_probabilities: sequence.tokenLogProbabilities.map { $0.rounded(toPlaces: 4) },
      prefix_length: prefix.length)
    try StandardOutput.write(StableJSON.line(line) + "\n")
  }
}
