/// The rules, by what they read. Each gives its match at a place of the text, or none.
enum PTBRules {
  typealias Rule = @Sendable (PTBText, Int) -> PTBLexer.Match?

  static let all: [Rule] = [
    assimilation, tag, doctorate, letterBeforeSentence, abbreviation, wordBeforeComma, word, negated, contracted,
    withApostrophe, negation, contraction, address, mail, handle, hashtag, beforeApostrophe, abbreviationBeforeNumber,
    initials, conjoined, dollar, telephone, fraction, date, number, compound, dottedCompound, slashed, emoticon, face,
    entity, dots, run, quotePair, quote, looseContraction, symbol,
  ]

  // MARK: Symbols

  /// Runs of one sign, of `?` and `!` mixed, or a letter's own: `C++`.
  static let run: Rule = { text, start in
    let first = text[start]
    switch first {
    case "?", "!": return PTBLexer.Match(text.run(start) { $0 == "?" || $0 == "!" })
    case "*", "_", "#", "@": return PTBLexer.Match(text.run(start) { $0 == first })
    case "-":
      let end = text.run(start) { $0 == first }
      return end > start + 1 ? PTBLexer.Match(end) : nil
    case "<", ">", "`", "'": return text[start + 1] == first ? PTBLexer.Match(start + 2) : nil
    case "\\": return text[start + 1] == "*" ? PTBLexer.Match(start + 2) : nil
    case "c", "C":
      if text[start + 1] == "#" { return PTBLexer.Match(start + 2) }
      return text[start + 1] == "+" && text[start + 2] == "+" ? PTBLexer.Match(start + 3) : nil
    default: return nil
    }
  }

  /// Three to five dots, or two to five with spaces between.
  static let dots: Rule = { text, start in
    let end = text.run(start, limit: 5) { $0 == "." }
    if end >= start + 3 { return PTBLexer.Match(end) }
    guard text[start] == "." else { return nil }
    var spaced = start + 1
    var count = 1
    while count < 5, text[spaced] == " ", text[spaced + 1] == "." {
      spaced += 2
      count += 1
    }
    return count >= 3 ? PTBLexer.Match(spaced) : nil
  }

  /// An opening quote, recognised by what follows: it keeps `'nx` from beginning with `'n`.
  static let quote: Rule = { text, start in
    guard text[start] == "'", PTBText.isASCIILetter(text[start + 1]), !PTBText.isSpace(text[start + 2]) else {
      return nil
    }
    return PTBLexer.Match(start + 1, lookahead: 2)
  }

  /// Two typographic quotation marks are one token; so `”“` is kept, as the list of punctuation lacks it.
  static let quotePair: Rule = { text, start in
    text.run(start, limit: 2) { "`’‘‛“”‹›«»".unicodeScalars.contains($0) } == start + 2
      ? PTBLexer.Match(start + 2) : nil
  }

  static let symbol: Rule = { text, start in
    PTBText.isSymbol(text[start]) ? PTBLexer.Match(start + 1) : nil
  }

  static let entity: Rule = { text, start in
    guard text[start] == "&" else { return nil }
    for name in ["&lt;", "&gt;", "&amp;", "&quot;", "&apos;", "&nbsp;"] where text.continues(start, name) {
      return PTBLexer.Match(start + name.utf8.count)
    }
    guard text[start + 1] == "#" else { return nil }
    let end = text.run(start + 2, PTBText.isASCIIDigit)
    return end > start + 2 && text[end] == ";" ? PTBLexer.Match(end + 1) : nil
  }

  /// `:-)` and its kind, unless a letter or digit follows.
  static let emoticon: Rule = { text, start in
    var index = start
    if text[index] == "<" || text[index] == ">" { index += 1 }
    guard ":;=".unicodeScalars.contains(text[index]) else { return nil }
    index += 1
    for mouth in [index + 1, index] {
      if mouth > index && !"-o*'".unicodeScalars.contains(text[index]) { continue }
      let isMouth = "()DPdpO\\{@|[]".unicodeScalars.contains(text[mouth])
      if isMouth && !PTBText.isASCIILetterOrDigit(text[mouth + 1]) { return PTBLexer.Match(mouth + 1, lookahead: 1) }
    }
    return nil
  }

  /// `^_^`, `(-_-)` and their kind.
  static let face: Rule = { text, start in
    func isEye(_ scalar: Unicode.Scalar) -> Bool { "-^x=~<>'".unicodeScalars.contains(scalar) }
    if isEye(text[start]), text[start + 1] == "_", isEye(text[start + 2]) { return PTBLexer.Match(start + 3) }
    guard text[start] == "(", isEye(text[start + 1]) else { return nil }
    if isEye(text[start + 2]), text[start + 3] == ")" { return PTBLexer.Match(start + 4) }
    let (left, nose, right) = (text[start + 1], text[start + 2], text[start + 3])
    guard "_.-".unicodeScalars.contains(nose), isEye(right), text[start + 4] == ")" else { return nil }
    return nose == "-" && (left == "-" || right == "-") ? nil : PTBLexer.Match(start + 5)
  }
}
