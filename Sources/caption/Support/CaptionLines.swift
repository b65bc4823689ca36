import ModelFiles

/// A file of captions as `caption evaluate --predictions` reads it: lines of JSON with `file_name` and `caption`.
enum CaptionLines {
  struct Line: Encodable {
    /// The dataset's name; `nil` where there is only one.
    var dataset: String?
    let file_name, caption: String
  }

  static func write(_ captions: [(name: String, caption: String)], to path: String) throws {
    try write(captions.map { Line(file_name: $0.name, caption: $0.caption) }, to: path)
  }

  static func write(_ lines: [Line], to path: String) throws {
    let text = try lines.map { try StableJSON.line($0) + "\n" }.joined()
    try FileSystem.writeAtomically(Array(text.utf8), to: path)
  }
}
