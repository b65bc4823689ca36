import ArgumentParser
import ModelFiles

struct ModelsInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a captioner consists of, or the metadata and tensors of a model's file.",
    discussion: """
      Takes a safetensors, GGUF, ONNX or PyTorch file, the index of a split model, or a directory in the Hugging Face \
      format. The file is checked as if it were to be loaded; nothing in it is run. Of a captioner or of a pair of your own \
      models (a name or a directory) it shows the encoders with what is read of them, the mapper and the decoder.
      """)

  @Argument(help: "The file, directory, captioner or pair.", completion: .file())
  var file: String

  @Flag(help: "One JSON object instead of text.")
  var json = false

  func run() throws {
    try Failure.exiting {
      if let captioner = try CaptionerInspection(named: file) {
        return try StandardOutput.write(json ? StableJSON.line(captioner) + "\n" : captioner.text)
      }
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
      text += "metadata\n" + TextTable.text(inspection.metadata.map { [$0.key, $0.value.description] })
    }
    if !inspection.tensors.isEmpty {
      text += "tensors\n"
      text += TextTable.text(
        inspection.tensors.map { tensor in
          [tensor.name, tensor.type, "\(tensor.shape)", tensor.byteCount.map { "\($0) bytes" } ?? "size not known"]
        })
    }
    let byType = inspection.totalsByType.sorted { $0.key < $1.key }
    text += "total\n"
    return text + TextTable.text(byType.map { row($0.key, $0.value) } + [row("all", inspection.total)])
  }

  private static func row(_ name: String, _ total: ModelInspection.Total) -> [String] {
    [name, "\(total.tensors) tensors", "\(total.elements) elements", "\(total.bytes) bytes"]
  }
}
