import Foundation

enum StandardInput {
  /// Reads all of it, without the end of the last line. Bytes that are not UTF-8 become U+FFFD.
  static func text() throws -> String {
    let text = String(decoding: try FileHandle.standardInput.readToEnd() ?? Data(), as: UTF8.self)
    return text.last == "\n" ? String(text.dropLast()) : text
  }
}
