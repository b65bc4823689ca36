/// Captions in a plain text file: one a line.
enum CaptionText {
  /// The captions, without blank lines; a text of blank lines only has one caption, which is empty.
  static func lines(_ text: String) -> [String] {
    let lines = text.split(whereSeparator: \.isNewline).map(String.init).filter { !CaptionCleaning.isBlank($0) }
    return lines.isEmpty ? [""] : lines
  }
}
