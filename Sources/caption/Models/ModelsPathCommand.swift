import ArgumentParser
import ModelFiles

struct ModelsPathCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "path",
    abstract: "Where base models are; fails with exit code 69 where one is missing.")

  @Argument(help: "Names; all that the default captioner needs where none is given.")
  var names: [String] = []

  func run() throws {
    try Failure.exiting {
      let store = try ModelStore()
      let wanted = names.isEmpty ? store.catalog.models.map(\.name) : names
      let directories = try wanted.map(store.installedDirectory(of:))
      try StandardOutput.write(directories.map { "\($0)\n" }.joined())
    }
  }
}
