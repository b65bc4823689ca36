import ArgumentParser
import ModelFiles

struct ModelsVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Read every byte of base models and compare with their SHA-256.")

  @Argument(help: "Names; all where none is given.")
  var names: [String] = []

  func run() throws {
    try Failure.exiting {
      let store = try ModelStore()
      // The models of the catalogue and all others that were added with a record.
      let all = store.catalog.models.map(\.name) + (try store.installed().filter { $0.record != nil }.map(\.name))
      var seen: Set<String> = []
      let wanted = names.isEmpty ? all.filter { seen.insert($0).inserted } : names
      var (isDamaged, isMissing) = (false, false)
      for name in wanted {
        let result = try store.verify(name)
        let isThere = result.problems != [.notInstalled]
        isDamaged = isDamaged || isThere && !result.isIntact
        isMissing = isMissing || !isThere
        let lines = result.isIntact ? ["intact"] : result.problems.map(\.description)
        try StandardOutput.write(lines.map { "\(name): \($0)\n" }.joined())
      }
      if isDamaged || isMissing {
        writeToStandardError("caption: fetch what is damaged or missing anew with: caption models pull\n")
        throw ExitCode(isDamaged ? 65 : 69)
      }
    }
  }
}
