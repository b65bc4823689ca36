import ModelFiles

/// A file of captions as `caption evaluate --predictions` reads it: lines of JSON with `file_name` and `caption`.
enum CaptionLines {
  private struct Line: Encodable {
    let file_name, caption: String
  }

  static func write(_ captions: [(name: String, caption: String)], to path: String) throws {
    let lines = try captions.map { try StableJSON.line(Line(file_name: $0.name, caption: $0.caption)) + "\n" }
    try FileSystem.writeAtomically(Array(lines.joined().utf8), to: path)
  }
}
