import ArgumentParser
import ModelFiles

/// `caption doctor`: what a run computes with on this machine, and what is missing.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Tell what this machine computes with, and whether the base models are there.",
    discussion: """
      The whole of it belongs into a report of a fault or of a slow run. It names no file but the store's directory.
      """)

  @Flag(help: "One JSON object instead of lines.")
  var json = false

  func run() throws {
    try Failure.exiting {
      let store = try ModelStore()
      let findings = try Doctor(store: store).findings()
      try StandardOutput.write(json ? try Self.document(findings) : Self.lines(findings))
      if store.catalog.models.contains(where: { !store.isInstalled($0.name) }) { throw ExitCode(69) }
    }
  }

  private static func lines(_ findings: [Finding]) -> String {
    let rows = findings.flatMap(\.rows).filter { !$0.label.isEmpty }
    let width = rows.map(\.label.count).max() ?? 0
    return rows.map { row in
      row.label + String(repeating: " ", count: width + 2 - row.label.count) + row.text + "\n"
    }.joined()
  }

  private static func document(_ findings: [Finding]) throws -> String {
    let sections = findings.map { finding in
      (
        finding.key,
        FindingValue.object(Dictionary(finding.rows.filter { !$0.key.isEmpty }.map { ($0.key, $0.value) }) { $1 })
      )
    }
    return String(decoding: try StableJSON.document(Dictionary(sections) { $1 }), as: UTF8.self)
  }
}
