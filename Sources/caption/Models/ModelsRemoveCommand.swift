import ArgumentParser
import ModelFiles

struct ModelsRemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove base models, or pairs of your own.",
    discussion: "Of a pair only its manifest is removed: the models that it names are yours and stay where they are.")

  @Argument(help: "Names.")
  var names: [String] = []

  @Flag(help: "Remove all base models.")
  var all = false

  func validate() throws {
    if all != names.isEmpty { throw ValidationError("Name base models, or give --all.") }
  }

  func run() async throws {
    try await Failure.exiting {
      let store = try ModelStore()
      for name in all ? try store.installed().map(\.name) : names {
        try await store.remove(name) { writeToStandardError("caption: waiting for another caption models\n") }
        writeToStandardError("caption: removed \(name)\n")
      }
    }
  }
}
