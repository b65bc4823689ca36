/// Splits text into the words within which bytes or characters are merged.
package struct PreTokenizer: Sendable, Equatable {
  package enum Step: Sendable, Equatable {
    /// Splits at digits: each by itself, or each run of them.
    case digits(individually: Bool)
    /// Puts a space before a piece that does not start with one.
    case leadingSpace
    case words(WordPattern)
    /// Makes runs of punctuation and of some symbols words of their own: `[\p{P}\$\+<=>\^~\|]+`.
    case punctuation
    /// Makes runs of `\p{N}` words of their own.
    case numbers
    /// Makes every three ASCII digits a word: `[0-9][0-9][0-9]`.
    case digitTriples
    /// Splits at white space, which is removed.
    case whitespace
    /// Splits after every space.
    case afterSpaces
    case metaspace(Metaspace)
  }

  /// SentencePiece's treatment of spaces: they become a visible symbol at the start of words.
  package struct Metaspace: Sendable, Equatable {
    /// Where the symbol is put before a piece that does not start with it.
    package enum PrependScheme: String, Sendable, Equatable { case always, first, never }

    package var symbol: [UInt8]
    package var prepends: PrependScheme
    package var splits: Bool

    package init(symbol: [UInt8] = TextNormalizer.spaceSymbol, prepends: PrependScheme, splits: Bool) {
      self.symbol = symbol
      self.prepends = prepends
      self.splits = splits
    }
  }

  /// Each step splits what the one before it left.
  package let steps: [Step]

  package init(_ steps: [Step]) {
    self.steps = steps
  }

  package static let gpt2 = PreTokenizer([.words(.gpt2)])

  /// Digits one by one, then the pattern of GPT-2; in `tokenizers`, `Digits(individual_digits=True)` and `ByteLevel`.
  package static let smollm = PreTokenizer([.digits(individually: true), .words(.gpt2)])

  package static let llama3 = PreTokenizer([.words(.llama3)])
  package static let qwen2 = PreTokenizer([.words(.qwen2)])

  /// What llama.cpp calls `default`: four patterns, one after the other.
  package static let llamaCppDefault = PreTokenizer([.punctuation, .words(.gpt2), .numbers, .digitTriples])

  /// - Parameter isAtStart: whether the text is at the start of the whole input.
  package func forEachWord(in text: UTF8Text, isAtStart: Bool = true, _ body: (UTF8Text) -> Void) {
    split(text, isAtStart, by: steps[...], body)
  }

  private func split(
    _ text: UTF8Text, _ isAtStart: Bool, by steps: ArraySlice<Step>, _ body: (UTF8Text) -> Void
  ) {
    guard text.count > 0 else { return }
    guard let step = steps.first else { return body(text) }
    let rest = steps.dropFirst()
    let start = text.bytes.baseAddress
    func goOn(_ part: UTF8Text) { split(part, isAtStart && part.bytes.baseAddress == start, by: rest, body) }
    switch step {
    case .words(let pattern) where rest.isEmpty: pattern.forEachWord(in: text, body)
    case .words(let pattern): pattern.forEachWord(in: text, goOn)
    case .digits(let individually): text.splitRuns(individually, of: { $0.isASCIIDigit }, or: { $0.isDigit }, goOn)
    case .punctuation: text.splitRuns(of: { $0.isASCIIPunctuation }, or: { $0.isPunctuation }, goOn)
    case .numbers: text.splitRuns(of: { $0.isASCIIDigit }, or: { CharacterClass($0) == .number }, goOn)
    case .digitTriples: text.splitDigitTriples(goOn)
    case .whitespace: text.splitAtWhitespace(goOn)
    case .afterSpaces: text.splitAfterSpaces(goOn)
    case .leadingSpace:
      guard text.bytes.first != UInt8(ascii: " ") else { return split(text, isAtStart, by: rest, body) }
      var spaced = [UInt8(ascii: " ")]
      spaced.append(contentsOf: text.bytes)
      spaced.withUnsafeBytes { split(UTF8Text($0), isAtStart, by: rest, body) }
    case .metaspace(let metaspace):
      metaspace.apply(to: text, isAtStart).withUnsafeBytes { bytes in
        let text = UTF8Text(bytes)
        guard metaspace.splits else { return split(text, isAtStart, by: rest, body) }
        text.split(before: metaspace.symbol) {
          split($0, isAtStart && $0.bytes.baseAddress == bytes.baseAddress, by: rest, body)
        }
      }
    }
  }
}

extension PreTokenizer.Metaspace {
  fileprivate func apply(to text: UTF8Text, _ isAtStart: Bool) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count + text.count / 2 + symbol.count)
    for byte in text.bytes { if byte == 0x20 { output.append(contentsOf: symbol) } else { output.append(byte) } }
    let prepends = prepends == .always || prepends == .first && isAtStart
    return prepends && !output.starts(with: symbol) ? symbol + output : output
  }
}
