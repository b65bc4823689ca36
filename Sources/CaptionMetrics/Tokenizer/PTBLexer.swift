/// Splits text by rules of which the longest match wins, and among matches of one length the earlier rule.
struct PTBLexer {
  /// A match of a rule: what it read, of which the token may be only the beginning.
  struct Match {
    /// The position after all that the rule looked at.
    let reach: Int
    /// The position after the token.
    let end: Int

    init(_ end: Int, lookahead: Int = 0) {
      self.end = end
      reach = end + lookahead
    }
  }

  let text: PTBText
  private var position = 0

  init(_ caption: String) { text = PTBText(caption) }

  mutating func next() -> String? {
    while position < text.count {
      let start = position
      if let end = text.plainWord(at: start) {
        position = end
        return text.string(start..<end)
      }
      guard let match = longestMatch(at: start) else {
        position += 1
        continue
      }
      position = match.end
      if let token = normalized(start..<match.end) { return token }
    }
    return nil
  }

  private func longestMatch(at start: Int) -> Match? {
    var best: Match?
    for rule in PTBRules.all {
      guard let match = rule(text, start), match.end > start else { continue }
      if match.reach > best?.reach ?? start { best = match }
    }
    return best
  }

  /// The text in the treebank's spelling; nil where it is no token.
  private func normalized(_ range: Range<Int>) -> String? {
    let token = text.string(range)
    if range.count == 1 { return PTBNormalization.ofCharacters[text[range.lowerBound]] ?? token }
    if let known = PTBNormalization.ofTokens[token] { return known.isEmpty ? nil : known }
    if range.count == 2, let quotes = PTBNormalization.ofQuotePair(range.map { text[$0] }) { return quotes }
    if token.allSatisfy({ $0 == "." || $0 == " " }) { return "..." }
    if token.allSatisfy({ $0 == "-" }) { return token.utf8.count <= 4 ? "--" : token }
    return PTBNormalization.ofParts(token)
  }
}
