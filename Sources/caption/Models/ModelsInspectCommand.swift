import ArgumentParser
import ModelFiles

struct ModelsInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show the metadata and tensors of a safetensors, GGUF, ONNX or PyTorch file.",
    discussion: """
      Takes a file, the index of a split model, or a directory in the Hugging Face format. The file is checked as if it \
      were to be loaded; nothing in it is run.
      """)

  @Argument(help: "The file or directory.", completion: .file())
  var file: String

  @Flag(help: "One JSON object instead of text.")
  var json = false

  func run() throws {
    try Failure.exiting {
      let inspection = try ModelInspection(path: file)
      try StandardOutput.write(json ? StableJSON.line(inspection) + "\n" : Self.text(inspection))
    }
  }

  private static func text(_ inspection: ModelInspection) -> String {
    var text = "\(inspection.path): \(inspection.format.rawValue)\n"
    if !inspection.shards.isEmpty {
      text += "files\n" + inspection.shards.map { "  \($0)\n" }.joined()
    }
    if !inspection.metadata.isEmpty {
      text += "metadata\n" + table(inspection.metadata.map { [$0.key, $0.value.description] })
    }
    if !inspection.tensors.isEmpty {
      text += "tensors\n"
      text += table(
        inspection.tensors.map { tensor in
          [tensor.name, tensor.type, "\(tensor.shape)", tensor.byteCount.map { "\($0) bytes" } ?? "size not known"]
        })
    }
    let byType = inspection.totalsByType.sorted { $0.key < $1.key }
    text += "total\n"
    return text + table(byType.map { row($0.key, $0.value) } + [row("all", inspection.total)])
  }

  private static func row(_ name: String, _ total: ModelInspection.Total) -> [String] {
    [name, "\(total.tensors) tensors", "\(total.elements) elements", "\(total.bytes) bytes"]
  }

  /// Columns as wide as what is in them; those after a very long cell are not kept in line for it.
  private static func table(_ rows: [[String]]) -> String {
    let widest = 60
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], min(widest, cell.count))
      }
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: max(0, widths[column] - cell.count))
      }
      return "  " + cells.joined(separator: "  ") + "\n"
    }.joined()
  }
}
