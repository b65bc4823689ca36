import ArgumentParser
import ModelFiles
import TextDecoding

struct PrefixInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Say what prefix files hold: shape, origin and decoder.")

  @Argument(help: "Prefix files.", completion: .file())
  var files: [String]

  @Flag(help: "One JSON object a line instead of text.")
  var json = false

  private struct Line: Encodable {
    let path, origin, base_name: String
    let base_sha256: FileHash
    let length, layers, key_value_heads, head_dimension: Int
  }

  func run() throws {
    try Failure.exiting {
      for path in files {
        let file = try PrefixFile(path: path)
        try StandardOutput.write(json ? StableJSON.line(line(file, path: path)) + "\n" : text(file, path: path))
      }
    }
  }

  private func line(_ file: PrefixFile, path: String) -> Line {
    let shape = file.prefix.shape
    return Line(
      path: path, origin: file.origin, base_name: file.base.name, base_sha256: file.base.sha256, length: shape.length,
      layers: shape.layers, key_value_heads: shape.keyValueHeads, head_dimension: shape.headDimension)
  }

  private func text(_ file: PrefixFile, path: String) -> String {
    """
    \(path)
      \(file.prefix.summary)
      origin   \(oneLine(file.origin))
      decoder  \(oneLine(file.base.name)), SHA-256 \(file.base.sha256)

    """
  }

  /// The file is not trusted: its texts must neither move a terminal's cursor nor fill it.
  private func oneLine(_ text: String) -> String {
    let limit = 200
    let start = text.prefix(limit).unicodeScalars.map {
      $0.properties.generalCategory == .control ? " " : Character($0)
    }
    return String(start) + (text.count > limit ? "…" : "")
  }
}
