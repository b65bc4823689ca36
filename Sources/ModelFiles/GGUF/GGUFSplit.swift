/// The files of a model that is split as llama.cpp's `gguf-split` does it: `name-00001-of-00003.gguf`.
package struct GGUFSplit: Sendable, Equatable {
  /// Counted from 1.
  package let number: Int
  package let count: Int
  /// The path up to the dash before the number.
  private let stem: String

  private static let digits = 5
  static let maximumCount = 1024

  /// - Parameter path: the path of any of the files.
  /// - Returns: `nil` for a name of another form.
  package init?(path: String) {
    let ending = ".gguf"
    guard path.hasSuffix(ending) else { return nil }
    let parts = path.dropLast(ending.count).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count > 3, parts[parts.count - 2] == "of", let number = Self.number(parts[parts.count - 3]),
      let count = Self.number(parts[parts.count - 1]), (1...Self.maximumCount).contains(count),
      (1...count).contains(number)
    else { return nil }
    self.number = number
    self.count = count
    stem = parts.dropLast(3).joined(separator: "-")
  }

  /// The paths of all files, in their order.
  package var paths: [String] {
    (1...count).map { "\(stem)-\(Self.text($0))-of-\(Self.text(count)).gguf" }
  }

  private static func number(_ text: Substring) -> Int? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }

  private static func text(_ number: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
