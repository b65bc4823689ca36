/// Web addresses, mail addresses, names of social networks, tags of markup, telephone numbers.
extension PTBRules {
  static let address: Rule = { text, start in
    let ends = [fullAddress(text, start), site(text, start)]
    return ends.compactMap(\.self).max().map { PTBLexer.Match($0) }
  }

  private static func isInPath(_ scalar: Unicode.Scalar) -> Bool {
    !PTBText.isSpace(scalar) && !"\"<>|()".unicodeScalars.contains(scalar)
  }

  /// The end of a path. Some characters of an address may end it only where they do not close a sentence.
  private static func pathEnd(_ text: PTBText, _ start: Int) -> Int? {
    var end = text.run(start, isInPath)
    while end > start, ".!?{},-".unicodeScalars.contains(text[end - 1]) { end -= 1 }
    return end >= start + 2 ? end : nil
  }

  private static func fullAddress(_ text: PTBText, _ start: Int) -> Int? {
    for scheme in ["http://", "https://"] where text.continues(start, scheme) {
      return pathEnd(text, start + scheme.utf8.count)
    }
    return nil
  }

  /// `www.….ab`, or `….com` without capitals, digits and most signs.
  private static func site(_ text: PTBText, _ start: Int) -> Int? {
    func isInLabel(_ scalar: Unicode.Scalar) -> Bool { isInPath(scalar) && !".!?{},".unicodeScalars.contains(scalar) }
    func isInPlainLabel(_ scalar: Unicode.Scalar) -> Bool {
      isInLabel(scalar) && !"`'$".unicodeScalars.contains(scalar) && !(","..."_").contains(scalar)
    }
    var longest: Int?
    if text.continues(start, "www.") {
      var dot = text.run(start + 4, isInLabel)
      while text[dot] == ".", text[dot - 1] != "." {
        let end = text.run(dot + 1, limit: 4, PTBText.isASCIILetter)
        if end >= dot + 3 { longest = end }
        dot = text.run(dot + 1, isInLabel)
      }
    }
    var dot = text.run(start, isInPlainLabel)
    while dot > start, text[dot] == ".", text[dot - 1] != "." {
      for name in ["com", "net", "org", "edu"] where text.continues(dot + 1, name) {
        longest = max(longest ?? 0, dot + 4)
      }
      dot = text.run(dot + 1, isInPlainLabel)
    }
    guard let longest else { return nil }
    return text[longest] == "/" ? pathEnd(text, longest + 1) ?? longest : longest
  }

  static let mail: Rule = { text, start in
    func isInHost(_ scalar: Unicode.Scalar) -> Bool {
      isInPath(scalar) && scalar != PTBTokenizer.noBreakSpace && !"{}".unicodeScalars.contains(scalar)
    }
    let name = text[start] == "<" ? start + 1 : start
    guard PTBText.isASCIILetterOrDigit(text[name]) else { return nil }
    let limit = text.run(name, isInHost)
    var longest: Int?
    for at in name..<limit where at > name && text[at] == "@" {
      // Labels joined by single dots, the last one without.
      var end = at + 1
      while end < limit, text[end] != "." {
        let label = text.run(end) { isInHost($0) && $0 != "." }
        longest = max(longest ?? label, label)
        guard text[label] == "." else { break }
        end = label + 1
      }
    }
    guard let longest else { return nil }
    return PTBLexer.Match(text[longest] == ">" ? longest + 1 : longest)
  }

  /// `@name`.
  static let handle: Rule = { text, start in
    func isInName(_ scalar: Unicode.Scalar) -> Bool { PTBText.isASCIILetterOrDigit(scalar) || scalar == "_" }
    guard text[start] == "@", isInName(text[start + 1]), !PTBText.isASCIIDigit(text[start + 1]) else { return nil }
    return PTBLexer.Match(text.run(start + 1, isInName))
  }

  /// `#word`, letters only.
  static let hashtag: Rule = { text, start in
    guard text[start] == "#" else { return nil }
    let end = text.run(start + 1, PTBText.isLetter)
    return end > start + 1 ? PTBLexer.Match(end) : nil
  }

  /// `<b>`, `</b>`, `<br/>`, `<a b>`, `<!-- … -->`.
  static let tag: Rule = { text, start in
    guard text[start] == "<" else { return nil }
    let next = text[start + 1]
    if (next == "!" || next == "?"), PTBText.isASCIILetter(text[start + 2]) || text[start + 2] == "-" {
      let end = text.run(start + 3) { $0 != ">" && $0 != "\n" && $0 != "\r" }
      return text[end] == ">" ? PTBLexer.Match(end + 1) : nil
    }
    func isInName(_ scalar: Unicode.Scalar) -> Bool {
      PTBText.isASCIILetterOrDigit(scalar) || "_:.-".unicodeScalars.contains(scalar)
    }
    let name = next == "/" ? start + 2 : start + 1
    guard PTBText.isASCIILetter(text[name]) else { return nil }
    var end = text.run(name, isInName)
    while next != "/", isBlank(text[end]), PTBText.isASCIILetter(text[text.run(end, isBlank)]) {
      end = text.run(text.run(end, isBlank), isInName)
    }
    end = text.run(end, isBlank)
    if next != "/", text[end] == "/" { end = text.run(end + 1, isBlank) }
    return text[end] == ">" ? PTBLexer.Match(end + 1) : nil
  }

  /// `(555) 555-1234`, `555-555-1234`, `555 555 1234`, `1.800.555.1234`.
  static let telephone: Rule = { text, start in
    func isJoint(_ scalar: Unicode.Scalar) -> Bool { scalar == "-" || isBlank(scalar) }
    /// `555-1234`: three or four digits, a joint or none, three to five digits.
    func local(_ start: Int) -> Int? {
      var longest: Int?
      for count in 3...4 {
        guard let first = digits(text, start, count...count, isWhole: false) else { break }
        for second in isJoint(text[first]) ? [first + 1] : [first] {
          if let end = digits(text, second, 3...5, isWhole: false) { longest = max(longest ?? 0, end) }
        }
      }
      return longest
    }
    var longest: Int?
    func note(_ end: Int?) {
      if let end { longest = max(longest ?? 0, end) }
    }
    if text[start] == "(", let area = digits(text, start + 1, 2...3), text[area] == ")" {
      note(local(isBlank(text[area + 1]) ? area + 2 : area + 1))
    }
    let plain = text[start] == "+" ? (text[start + 1] == "+" ? start + 2 : start + 1) : start
    if let area = digits(text, plain, 2...4), isJoint(text[area]) {
      note(local(area + 1))
      if let second = digits(text, area + 1, 2...4), isJoint(text[second]) { note(local(second + 1)) }
    }
    var groups: [Int] = []
    var group = plain
    while groups.count < 4, let end = digits(text, group, 1...5, isWhole: false) {
      groups.append(end - group)
      guard text[end] == "." else { break }
      group = end + 1
    }
    for count in [4, 3] where groups.count >= count {
      let sizes = groups.prefix(count)
      let allowed = [2...4, 2...4, 3...4, 3...5].suffix(count)
      if zip(sizes, allowed).allSatisfy({ $1.contains($0) }) {
        note(plain + sizes.reduce(count - 1, +))
        break
      }
    }
    return longest.map { PTBLexer.Match($0) }
  }
}
