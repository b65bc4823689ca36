import ArgumentParser
import ModelFiles

struct ModelsListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "What there is: base models and captioners.")

  func run() async throws {
    try Failure.exiting {
      let store = try ModelStore()
      let installed = try store.installed()
      var text = "Base models in \(store.modelsDirectory)\n"
      for model in installed {
        text += "  \(model.name)  \(megabytes(model.byteCount))\n"
        if let record = model.record {
          text += "    \(record.summary)\n    \(record.license); from \(record.package) \(record.version)\n"
        } else {
          text += "    added by hand\n"
        }
      }
      for model in store.catalog.models where !installed.contains(where: { $0.name == model.name }) {
        text += "  \(model.name)  not fetched: caption models pull\n"
      }
      text += "Captioners\n"
      text += CaptionerLocator(store: store).names().map { "  \($0)\n" }.joined()
      try StandardOutput.write(text)
    }
  }

  private func megabytes(_ byteCount: Int) -> String { "\((byteCount + 500_000) / 1_000_000) MB" }
}
