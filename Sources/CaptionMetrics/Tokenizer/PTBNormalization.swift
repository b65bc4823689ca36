/// Other spellings that tokens get.
enum PTBNormalization {
  static let ofCharacters: [Unicode.Scalar: String] = [
    "(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-", "{": "-lcb-", "}": "-rcb-", "\"": "''", "’": "'",
    "‘": "`", "‛": "`", "‹": "`", "›": "'", "“": "``", "”": "''", "«": "``", "»": "''", "–": "--", "—": "--",
    "―": "--", "…": "...", "¢": "cents", "£": "#", "¤": "$", "€": "$", "₠": "$", "½": "1/2", "¼": "1/4", "¾": "3/4",
    "\u{AD}": "-", "⅓": "1/3", "⅔": "2/3",
  ]

  /// An empty spelling is white space.
  static let ofTokens: [String: String] = [
    "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": "''", "&apos;": "'", "&nbsp;": "",
    "’s": "'s", "’m": "'m", "’d": "'d", "’ll": "'ll", "’re": "'re", "’ve": "'ve",
    "n’t": "n't", "n‘t": "n`t",
  ]

  static func ofQuotePair(_ pair: [Unicode.Scalar]) -> String? {
    let marks = pair.compactMap { $0 == "`" ? "`" : ofCharacters[$0] }
    return marks.count == pair.count && marks.allSatisfy { $0.allSatisfy { "`'".contains($0) } } ? marks.joined() : nil
  }

  /// Parentheses of emoticons and telephone numbers, spaces inside tokens, soft hyphens, entities.
  static func ofParts(_ token: String) -> String {
    guard token.unicodeScalars.contains(where: { "()\u{AD} &".unicodeScalars.contains($0) }) else { return token }
    var result = ""
    for scalar in token.unicodeScalars {
      switch scalar {
      case "(": result += "-lrb-"
      case ")": result += "-rrb-"
      case " ": result.unicodeScalars.append(PTBTokenizer.noBreakSpace)
      case "\u{AD}": break
      default: result.unicodeScalars.append(scalar)
      }
    }
    // Soft hyphens alone are a hyphen.
    if result.isEmpty { return "-" }
    return result.split(separator: "&amp;", omittingEmptySubsequences: false).joined(separator: "&")
  }
}
