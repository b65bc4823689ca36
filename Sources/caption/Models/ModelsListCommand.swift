import ArgumentParser
import ModelFiles

struct ModelsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "What there is: base models and captioners.")

  func run() throws {
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
      let pairs = store.pairNames()
      if !pairs.isEmpty { text += "Pairs of your own models\n" }
      for name in pairs { text += "  \(name)\n" + Self.lines(of: name, store) }
      text += "Captioners\n"
      text += CaptionerLocator(store: store).names().map { "  \($0)\n" }.joined()
      try StandardOutput.write(text)
    }
  }

  private static func lines(of name: String, _ store: ModelStore) -> String {
    guard let directory = store.pairDirectory(of: name) else { return "" }
    do {
      let pair = try BasePair(directory: directory)
      return pair.encoders.map { "    encoder \($0.path)\(origin($0.origin))\n" }.joined()
        + "    decoder \(pair.decoder.path)\(origin(pair.decoder.origin))\n"
    } catch {
      return "    \(error)\n"
    }
  }

  private static func origin(_ origin: String?) -> String { origin.map { " (\($0))" } ?? "" }

  private func megabytes(_ byteCount: Int) -> String { "\((byteCount + 500_000) / 1_000_000) MB" }
}
