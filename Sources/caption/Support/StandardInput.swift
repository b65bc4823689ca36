import Foundation

enum StandardInput {
  /// All of it, without the end of the last line. What is no UTF-8 becomes U+FFFD.
  static func text() throws -> String {
    let text = String(decoding: try FileHandle.standardInput.readToEnd() ?? Data(), as: UTF8.self)
    return text.last == "\n" ? String(text.dropLast()) : text
  }
}
