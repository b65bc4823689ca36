import ArgumentParser
import Captioning
import Foundation
import ModelFiles
import ModelHub

struct ModelsAddCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Name encoders and a decoder of your own, to train a captioner of them.",
    discussion: """
      caption models add pair --encoder my-dinov2 --decoder hf:HuggingFaceTB/SmolLM2-135M-Instruct
      caption train --model pair --data photos --out my-captioner
      caption --model my-captioner photo.jpg

      Several encoders may look at each photo side by side, and one mapper reads the features of all:

      caption models add two --encoder my-dinov2 --encoder my-siglip --decoder my-decoder

      Models are directories in the Hugging Face format (config.json and weights), GGUF files (decoders), base models \
      by their names (caption models list), or models of the hub, which are fetched as by 'caption models pull'. They stay where they are: only a manifest is written, with \
      their SHA-256, and a model that is another one later is refused.
      """)

  @Argument(help: "What the pair is called.")
  var name: String

  @Option(
    name: .customLong("encoder"),
    help: ArgumentHelp(
      "An image encoder; may be given several times.", valueName: "directory, name or hf:org/name"),
    completion: .directory)
  var encoders: [String]

  @Option(
    help: ArgumentHelp("The text decoder.", valueName: "directory, file.gguf, name or hf:org/name"), completion: .file()
  )
  var decoder: String

  @Option(
    help: ArgumentHelp(
      "What mappers read, as for caption train (default: what suits each encoder's family).", valueName: "features"),
    transform: FeatureList.init(parsing:))
  var features: FeatureList?

  @Option(
    help: ArgumentHelp(
      "Sides of the encoder's input in pixels; the whole photo is squeezed into them (default: as preprocessor_config.json has it). Once for all encoders, or once for each in their order.",
      valueName: "pixels"))
  var size: [Int] = []

  @Option(help: "The prefix, and the text from which captions go on; \\n is an end of line.")
  var template = "{prefix}\\n"

  @Option(
    help: ArgumentHelp("Tokens that end a caption, by their numbers (default: the model's).", valueName: "token,…"))
  var stopTokens: TokenList?

  @Option(help: "Longest caption, in tokens.")
  var maxTokens = 32

  @Flag(help: "Write over a pair of the same name.")
  var force = false

  func validate() throws {
    if !size.allSatisfy((1...4096).contains) { throw ValidationError("--size takes 1 to 4096.") }
    if size.count > 1, size.count != encoders.count {
      throw ValidationError("Give --size once, or once for each --encoder.")
    }
    if !(1...100_000).contains(maxTokens) { throw ValidationError("--max-tokens takes 1 to 100000.") }
  }

  func run() async throws {
    try await Failure.exiting {
      let store = try ModelStore()
      try store.checkPairName(name, replacing: force)
      try await Interruptible.run(outcome: ModelsPullCommand.outcome) {
        let progress = ProgressLine()
        var sources: [BasePair.Source] = []
        for encoder in encoders { sources.append(try await Self.source(encoder, store, progress)) }
        let decoder = try await Self.source(decoder, store, progress)
        let pair = try BasePair.making(
          name: name, encoders: sources, decoder: decoder, choices: choices, hashes: store.hashes)
        try store.add(pair, replacing: force)
        let families = pair.encoders.map(\.family).joined(separator: ", ")
        let features = FeatureList.description(pair.encoders)
        writeToStandardError(
          """
          caption: \(name): \(families) and \(pair.decoder.family); mappers read \(features)
          caption: train one with: caption train --model \(name) --data … --out …

          """)
      }
    }
  }

  private var choices: BasePair.Choices {
    var choices = BasePair.Choices()
    choices.features = features?.requests
    choices.template = template.replacing("\\n", with: "\n")
    choices.stopTokens = stopTokens?.tokens
    choices.maximumNewTokens = maxTokens
    choices.sizes = size.count == 1 ? encoders.map { _ in size[0] } : size
    return choices
  }

  /// Fetches a model from the hub; a path is made absolute; anything else may be the name of a base model.
  private static func source(
    _ text: String, _ store: ModelStore, _ progress: ProgressLine
  ) async throws -> BasePair.Source {
    guard HubReference.isReference(text) else {
      if !FileSystem.isDirectory(text), !FileSystem.isRegularFile(text) {
        if store.isInstalled(text) { return BasePair.Source(path: store.directory(of: text), name: text) }
        if store.catalog.model(named: text) != nil { throw ModelStoreError.missingModels(names: [text]) }
      }
      let path = URL(filePath: text).standardizedFileURL.path(percentEncoded: false)
      return BasePair.Source(path: path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path)
    }
    let reference = try HubReference(text)
    let model = try await ModelHub(settings: HubSettings()).pull(reference) { progress.show($0) }
    let exact = HubReference(repository: reference.repository, file: reference.file, revision: model.commit)
    return BasePair.Source(path: model.path, origin: exact.description)
  }
}

/// A list of tokens such as `2,32007`.
struct TokenList: ExpressibleByArgument {
  let tokens: [Int]

  init?(argument: String) {
    let tokens = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard tokens.allSatisfy({ $0.map { $0 >= 0 } ?? false }) else { return nil }
    self.tokens = tokens.compactMap { $0 }
  }
}
