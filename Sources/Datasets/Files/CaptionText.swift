/// Captions in a plain text file: one a line.
enum CaptionText {
  /// Blank lines are no captions; a text without any other has one, which is empty.
  static func lines(_ text: String) -> [String] {
    let lines = text.split(whereSeparator: \.isNewline).map(String.init).filter { !CaptionCleaning.isBlank($0) }
    return lines.isEmpty ? [""] : lines
  }
}
