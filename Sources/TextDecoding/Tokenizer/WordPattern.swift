/// The pattern by which GPT-2 splits text into words:
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// Written out by hand: alternatives are tried in this order, each takes as much as it can, and every character is part
/// of exactly one match.
enum WordPattern {
  static let regularExpression = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  static func forEachWord(in text: UTF8Text, _ body: (UTF8Text) -> Void) {
    var start = 0
    while start < text.count {
      let end = endOfWord(in: text, from: start)
      body(text[start..<end])
      start = end
    }
  }

  static func endOfWord(in text: UTF8Text, from start: Int) -> Int {
    let first = text.bytes[start]
    if first == UInt8(ascii: "'"), let end = endOfContraction(in: text, from: start) { return end }
    var (kind, length) = text.characterClass(at: start)
    if first == UInt8(ascii: " "), start + 1 < text.count {
      let second = text.characterClass(at: start + 1)
      if second.class != .whitespace {
        kind = second.class
        length = 1 + second.length
      }
    }
    var end = start + length
    var lastLength = length
    while end < text.count {
      let next = text.characterClass(at: end)
      guard next.class == kind else {
        // `\s+(?!\S)`: the last of several spaces belongs to what follows.
        return kind == .whitespace && end - lastLength > start ? end - lastLength : end
      }
      lastLength = next.length
      end += next.length
    }
    return end
  }

  private static func endOfContraction(in text: UTF8Text, from start: Int) -> Int? {
    guard start + 1 < text.count else { return nil }
    let second = start + 2 < text.count ? text.bytes[start + 2] : 0
    switch (text.bytes[start + 1], second) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _):
      return start + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default: return nil
    }
  }
}
