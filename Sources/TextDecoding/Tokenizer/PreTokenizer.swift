/// Splits text into the words within which bytes are merged.
package struct PreTokenizer: Sendable, Equatable {
  package enum Step: Sendable, Equatable {
    /// Splits at digits: each by itself, or each run of them.
    case digits(individually: Bool)
    /// Puts a space before a piece that does not start with one.
    case leadingSpace
    /// Splits by the pattern of GPT-2.
    case words
  }

  /// Each step splits what the one before it left.
  package let steps: [Step]

  package init(_ steps: [Step]) {
    self.steps = steps
  }

  package static let gpt2 = PreTokenizer([.words])

  /// Digits one by one, then the pattern of GPT-2; in `tokenizers`, `Digits(individual_digits=True)` and `ByteLevel`.
  package static let smollm = PreTokenizer([.digits(individually: true), .words])

  package func forEachWord(in text: UTF8Text, _ body: (UTF8Text) -> Void) {
    split(text, by: steps[...], body)
  }

  private func split(_ text: UTF8Text, by steps: ArraySlice<Step>, _ body: (UTF8Text) -> Void) {
    guard text.count > 0 else { return }
    guard let step = steps.first else { return body(text) }
    let rest = steps.dropFirst()
    switch step {
    case .words where rest.isEmpty: WordPattern.forEachWord(in: text, body)
    case .words: WordPattern.forEachWord(in: text) { split($0, by: rest, body) }
    case .digits(let individually): splitAtDigits(text, individually) { split($0, by: rest, body) }
    case .leadingSpace:
      guard text.bytes.first != UInt8(ascii: " ") else { return split(text, by: rest, body) }
      var spaced = [UInt8(ascii: " ")]
      spaced.append(contentsOf: text.bytes)
      spaced.withUnsafeBytes { split(UTF8Text($0), by: rest, body) }
    }
  }

  private func splitAtDigits(_ text: UTF8Text, _ individually: Bool, _ body: (UTF8Text) -> Void) {
    var start = 0
    var position = 0
    var previousIsDigit = false
    while position < text.count {
      let byte = text.bytes[position]
      let isDigit: Bool
      var length = 1
      if byte < 0x80 {
        isDigit = byte &- UInt8(ascii: "0") < 10
      } else {
        let character = text.character(at: position)
        length = character.length
        isDigit = character.scalar?.isDigit ?? false
      }
      if position > start, isDigit != previousIsDigit || isDigit && individually {
        body(text[start..<position])
        start = position
      }
      previousIsDigit = isDigit
      position += length
    }
    if start < text.count { body(text[start..<text.count]) }
  }
}
