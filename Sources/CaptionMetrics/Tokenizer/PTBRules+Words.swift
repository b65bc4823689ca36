/// Words, what apostrophes do to them, and abbreviations.
extension PTBRules {
  /// A letter and more letters and digits; such pieces may be joined by single `.`, `!`, `?`.
  static let word: Rule = { text, start in PTBLexer.Match(wordEnd(text, start)) }

  private static func wordEnd(_ text: PTBText, _ start: Int) -> Int {
    var end = start
    var piece = start
    while PTBText.isLetterOrMark(text[piece]) {
      end = text.run(piece, PTBText.isWordCharacter)
      guard ".!?".unicodeScalars.contains(text[end]) else { break }
      piece = end + 1
    }
    return end
  }

  /// Spoken forms of two words, by the number of characters in the first.
  private static let assimilations: [(text: String, first: Int)] = [
    ("cannot", 3), ("gonna", 3), ("gotta", 3), ("lemme", 3), ("gimme", 3), ("wanna", 3), ("'tis", 2), ("'twas", 2),
  ]

  static let assimilation: Rule = { text, start in
    for (whole, first) in assimilations where text.continues(start, whole) {
      return PTBLexer.Match(start + first, lookahead: whole.utf8.count - first)
    }
    return nil
  }

  static func isAssimilation(_ word: String) -> Bool { assimilations.contains { $0.text == word } }

  /// `do` of `don't`.
  static let negated: Rule = { text, start in
    // Letters up to the apostrophe, of which the last is the n of n't and the one before it is no n.
    let end = text.run(start, PTBText.isASCIILetter) - 1
    guard end > start, !text.continues(end - 1, "n"), negationEnd(text, end) != nil else { return nil }
    return PTBLexer.Match(end, lookahead: 3)
  }

  static let negation: Rule = { text, start in negationEnd(text, start).map { PTBLexer.Match($0) } }

  private static func negationEnd(_ text: PTBText, _ start: Int) -> Int? {
    text.continues(start, "n") && PTBText.isApostropheLike(text[start + 1]) && text.continues(start + 2, "t")
      ? start + 3 : nil
  }

  /// `dog` of `dog's`.
  static let contracted: Rule = { text, start in
    let end = wordEnd(text, start)
    guard end > start, let contraction = contractionEnd(text, end) else { return nil }
    return PTBLexer.Match(end, lookahead: contraction - end)
  }

  static let contraction: Rule = { text, start in
    guard let end = contractionEnd(text, start), !PTBText.isASCIILetter(text[end]) else { return nil }
    return PTBLexer.Match(end, lookahead: 1)
  }

  /// Even where letters follow, unless they make `'` a quotation mark.
  static let looseContraction: Rule = { text, start in contractionEnd(text, start).map { PTBLexer.Match($0) } }

  /// `'s`, `'m`, `'d`, `'ll`, `'re`, `'ve`.
  private static func contractionEnd(_ text: PTBText, _ start: Int) -> Int? {
    guard PTBText.isApostrophe(text[start]) else { return nil }
    for letters in ["s", "m", "d", "ll", "re", "ve"] where text.continues(start + 1, letters) {
      return start + 1 + letters.utf8.count
    }
    return nil
  }

  // MARK: Words with an apostrophe

  /// Listed spellings. `’` stands for the typographic apostrophe too.
  private static let spellings = [
    "'em", "'til", "'till", "'cause", "'n", "'n'", "l'", "d'", "j'", "dunkin'", "somethin'", "ol'", "cont'd.",
    "nor'easter", "c'mon", "e'er", "s'mores", "ev'ry", "li'l", "nat'l", "o'o", "c'est",
  ].map { $0.split(separator: "'", omittingEmptySubsequences: false).map(String.init) }

  static let withApostrophe: Rule = { text, start in
    let ends = [spelling(text, start), foreign(text, start), betweenVowels(text, start), decade(text, start)]
    return ends.compactMap(\.self).max().map { PTBLexer.Match($0) } ?? year(text, start)
  }

  private static func spelling(_ text: PTBText, _ start: Int) -> Int? {
    var longest: Int?
    next: for pieces in spellings {
      var end = start
      for (index, piece) in pieces.enumerated() {
        if index > 0 {
          guard PTBText.isApostrophe(text[end]) else { continue next }
          end += 1
        }
        guard text.continues(end, piece) else { continue next }
        end += piece.utf8.count
      }
      longest = max(longest ?? end, end)
    }
    return longest
  }

  /// `C'est`, `D'Artagnan`, `n'est`.
  private static func foreign(_ text: PTBText, _ start: Int) -> Int? {
    let first = text[start]
    guard first == "n" || (PTBText.isUpper(first) && first != "I" && first != "Y"),
      PTBText.isApostropheLike(text[start + 1])
    else { return nil }
    let end = text.run(start + 2, PTBText.isLetter)
    return end >= start + 4 ? end : nil
  }

  /// `ma'am`, `Hawai'i`, `NO'ONE`.
  private static func betweenVowels(_ text: PTBText, _ start: Int) -> Int? {
    let apostrophe = text.run(start, PTBText.isASCIILetter)
    guard apostrophe >= start + 2, isVowel(text[apostrophe - 1]) || text.continues(apostrophe - 1, "y"),
      PTBText.isApostropheLike(text[apostrophe]), isVowel(text[apostrophe + 1]) || PTBText.isUpper(text[apostrophe + 1])
    else { return nil }
    return text.run(apostrophe + 1, PTBText.isASCIILetter)
  }

  private static func isVowel(_ scalar: Unicode.Scalar) -> Bool {
    "aeiou".unicodeScalars.contains(PTBText.lowercased(scalar))
  }

  /// `'80s`.
  private static func decade(_ text: PTBText, _ start: Int) -> Int? {
    guard PTBText.isApostrophe(text[start]), ("2"..."9").contains(text[start + 1]), text[start + 2] == "0",
      text[start + 3] == "s"
    else { return nil }
    return start + 4
  }

  /// `'80` before white space.
  private static func year(_ text: PTBText, _ start: Int) -> PTBLexer.Match? {
    guard PTBText.isApostrophe(text[start]), text.run(start + 1, PTBText.isASCIIDigit) == start + 3,
      PTBText.isSpace(text[start + 3])
    else { return nil }
    return PTBLexer.Match(start + 3, lookahead: 1)
  }

  /// `y'` of `y'all`.
  static let beforeApostrophe: Rule = { text, start in
    guard text.continues(start, "y"), PTBText.isApostrophe(text[start + 1]), PTBText.isLetter(text[start + 2]) else {
      return nil
    }
    return PTBLexer.Match(start + 2, lookahead: 1)
  }

  // MARK: Abbreviations

  /// Words of the list, and single letters.
  static let abbreviation: Rule = { text, start in
    guard let end = abbreviationEnd(text, start, PTBAbbreviations.contains) else { return nil }
    let looksAhead = PTBAbbreviations.mayEndSentence(text.original(start..<end - 1))
    return PTBLexer.Match(end, lookahead: looksAhead ? 1 : 0)
  }

  /// `no. 5`.
  static let abbreviationBeforeNumber: Rule = { text, start in
    guard let end = abbreviationEnd(text, start, { PTBAbbreviations.beforeNumbers.contains($0.lowercased()) }) else {
      return nil
    }
    if PTBText.isASCIIDigit(text[end]) { return PTBLexer.Match(end, lookahead: 1) }
    return PTBText.isSpace(text[end]) && PTBText.isASCIIDigit(text[end + 1]) ? PTBLexer.Match(end, lookahead: 2) : nil
  }

  private static func abbreviationEnd(_ text: PTBText, _ start: Int, _ isListed: (String) -> Bool) -> Int? {
    let end = text.run(start, PTBText.isASCIILetter)
    guard end > start, text[end] == ".", end - start <= PTBAbbreviations.longest else { return nil }
    return isListed(text.original(start..<end)) ? end + 1 : nil
  }

  /// `t` of `t. The …`: a single letter may end a sentence when the next one begins with one of these words.
  static let letterBeforeSentence: Rule = { text, start in
    guard PTBText.isASCIILetter(text[start]), text[start + 1] == ".", PTBText.isSpace(text[start + 2]) else {
      return nil
    }
    let first = text.run(start + 2, PTBText.isSpace)
    let last = text.run(first, PTBText.isASCIILetter)
    guard PTBText.isUpper(text[first]), PTBText.isSpace(text[last]),
      PTBAbbreviations.sentenceOpenings.contains(text.string(first..<last))
    else { return nil }
    return PTBLexer.Match(start + 1, lookahead: last - start)
  }

  /// `dog.` before a comma, colon or semicolon is taken for an abbreviation.
  static let wordBeforeComma: Rule = { text, start in
    for end in [wordEnd(text, start), compoundEnd(text, start)] where end > start && text[end] == "." {
      if ",;:、".unicodeScalars.contains(text[end + 1]) { return PTBLexer.Match(end + 1, lookahead: 1) }
    }
    return nil
  }

  static let doctorate: Rule = { text, start in
    text.continues(start, "ph.d.") ? PTBLexer.Match(start + 5, lookahead: 1) : nil
  }

  /// `U.S.`
  static let initials: Rule = { text, start in initialsEnd(text, start).map { PTBLexer.Match($0) } }

  /// Letters with a dot after each.
  static func initialsEnd(_ text: PTBText, _ start: Int) -> Int? {
    var end = start
    while PTBText.isASCIILetter(text[end]), text[end + 1] == "." { end += 2 }
    return end > start ? end : nil
  }

  /// `AT&T`, `A+E`.
  static let conjoined: Rule = { text, start in
    var end = text.run(start, PTBText.isUpper)
    guard end > start, text[end] == "&" || text[end] == "+" else { return nil }
    end += text.continues(end, "&amp;") ? 5 : 1
    let last = text.run(end, PTBText.isUpper)
    return last > end ? PTBLexer.Match(last) : nil
  }
}
