/// Penn Treebank tokens of captions, as the COCO evaluation (Chen et al. 2015, "Microsoft COCO Captions") takes them.
///
/// That evaluation runs Stanford CoreNLP 3.4.1's `PTBTokenizer -preserveLines -lowerCase` and then drops a list of
/// punctuation. The rules here were found by experiments with that program, whose output committed fixtures hold. They
/// cover English captions and what is commonly pasted among them: addresses, emoticons, numbers, dates, abbreviations.
package enum PTBTokenizer {
  /// Lower-cased words, numbers and symbols of a caption.
  ///
  /// Quirks of the original are kept: parentheses stay, as `-lrb-` and `-rrb-` (its punctuation list has them in
  /// capitals), so do runs such as `!!` and the sign `/`; `cannot` is `can`, `not`; `don't` is `do`, `n't`; a mixed
  /// fraction `1 1/2` and a telephone number with spaces are one token, with no-break spaces inside.
  package static func tokens(_ caption: String) -> [String] {
    tokensWithPunctuation(caption).filter { !punctuation.contains($0) }
  }

  /// The same before punctuation is dropped.
  package static func tokensWithPunctuation(_ caption: String) -> [String] {
    var lexer = PTBLexer(caption)
    var tokens: [String] = []
    while let token = lexer.next() { tokens.append(token) }
    return tokens
  }

  static let noBreakSpace: Unicode.Scalar = "\u{A0}"

  private static let punctuation: Set<String> = [
    "''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".", "?", "!", ",", ":", "-", "--", "...", ";",
  ]
}
