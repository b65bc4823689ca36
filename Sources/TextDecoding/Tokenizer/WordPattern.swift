/// A pattern by which byte-level BPE splits text into words, as handwritten code. Its alternatives are tried in the
/// order of the published regular expression, each takes as much as it can, and every character is part of one match.
package struct WordPattern: Sendable, Equatable {
  package let regularExpression: String
  /// Whether `'S` is a contraction, like `'s`.
  private let ignoresCase: Bool
  /// The longest run of numerals; if it is limited, no space is joined to it.
  private let longestNumber: Int
  /// Whether letters are joined by any character before them but a number or a line break, rather than by a space;
  /// line breaks then end what comes before them, and a run of white space up to its last one is a word.
  private let isModern: Bool

  /// GPT-2's pattern (Radford et al. 2019), also that of GPT-NeoX and OPT.
  package static let gpt2 = WordPattern(
    regularExpression: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
    ignoresCase: false, longestNumber: .max, isModern: false)

  /// Llama 3's: numbers by up to three digits.
  package static let llama3 = modern(number: #"\p{N}{1,3}"#, longestNumber: 3)

  /// Qwen2's: numbers digit by digit.
  package static let qwen2 = modern(number: #"\p{N}"#, longestNumber: 1)

  static let all = [gpt2, llama3, qwen2]

  private static func modern(number: String, longestNumber: Int) -> WordPattern {
    let contractions = #"(?i:'s|'t|'re|'ve|'m|'ll|'d)"#
    let others = #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    return WordPattern(
      regularExpression: #"\#(contractions)|[^\r\n\p{L}\p{N}]?\p{L}+|\#(number)|\#(others)"#,
      ignoresCase: true, longestNumber: longestNumber, isModern: true)
  }

  func forEachWord(in text: UTF8Text, _ body: (UTF8Text) -> Void) {
    var start = 0
    while start < text.count {
      let end = endOfWord(in: text, from: start)
      body(text[start..<end])
      start = end
    }
  }

  func endOfWord(in text: UTF8Text, from start: Int) -> Int {
    let first = text.bytes[start]
    if first == UInt8(ascii: "'"), let end = endOfContraction(in: text, from: start) { return end }
    var (kind, length) = text.characterClass(at: start)
    if start + length < text.count {
      let second = text.characterClass(at: start + length)
      if joins(first, kind, to: second.class) {
        kind = second.class
        length += second.length
      }
    }
    switch kind {
    case .whitespace: return endOfWhitespace(in: text, from: start)
    case .number where longestNumber < .max:
      return endOfRun(of: kind, in: text, from: start + length, atMost: longestNumber - 1)
    case .other where isModern:
      var end = endOfRun(of: kind, in: text, from: start + length)
      while end < text.count, Self.isLineBreak(text.bytes[end]) { end += 1 }
      return end
    default: return endOfRun(of: kind, in: text, from: start + length)
    }
  }

  /// Whether a word of characters of class `next` may begin with another character before them.
  private func joins(_ byte: UInt8, _ kind: CharacterClass, to next: CharacterClass) -> Bool {
    switch next {
    case .whitespace: false
    case .letter where isModern: kind != .letter && kind != .number && !Self.isLineBreak(byte)
    case .number where isModern: false
    default: byte == UInt8(ascii: " ")
    }
  }

  private func endOfRun(
    of kind: CharacterClass, in text: UTF8Text, from start: Int, atMost limit: Int = .max
  ) -> Int {
    var (end, count) = (start, 0)
    while end < text.count, count < limit {
      let next = text.characterClass(at: end)
      guard next.class == kind else { break }
      end += next.length
      count += 1
    }
    return end
  }

  private func endOfWhitespace(in text: UTF8Text, from start: Int) -> Int {
    var (end, lastLength) = (start, 0)
    var endOfLines: Int?
    while end < text.count {
      let next = text.characterClass(at: end)
      guard next.class == .whitespace else { break }
      lastLength = next.length
      end += next.length
      if Self.isLineBreak(text.bytes[end - 1]) { endOfLines = end }
    }
    if isModern, let endOfLines { return endOfLines }
    // `\s+(?!\S)`: the last of several spaces belongs to what follows.
    return end < text.count && end - lastLength > start ? end - lastLength : end
  }

  private static func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

  private func endOfContraction(in text: UTF8Text, from start: Int) -> Int? {
    func letter(_ offset: Int) -> UInt8 {
      guard start + offset < text.count else { return 0 }
      let byte = text.bytes[start + offset]
      return ignoresCase && 0x41...0x5a ~= byte ? byte | 0x20 : byte
    }
    switch (letter(1), letter(2)) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _):
      return start + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    // U+017F is a lower-case "s" where case is ignored.
    case (0xc5, 0xbf) where ignoresCase: return start + 3
    default: return nil
    }
  }
}
