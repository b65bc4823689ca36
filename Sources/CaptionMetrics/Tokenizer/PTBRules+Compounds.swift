/// Numbers, and words and numbers joined by hyphens and slashes.
extension PTBRules {
  /// A number, perhaps with a sign, and with groups joined by `.`, `,` and `:`.
  static let number: Rule = { text, start in
    let unsigned = text[start] == "-" || text[start] == "+" ? start + 1 : start
    var end = text.run(unsigned, PTBText.isDigit)
    while ".:,\u{AD}\u{66B}\u{66C}".unicodeScalars.contains(text[end]), PTBText.isDigit(text[end + 1]) {
      end = text.run(end + 1, PTBText.isDigit)
    }
    return end > unsigned ? PTBLexer.Match(end) : nil
  }

  /// `well-known`, `4x4`, `o'clock`, `jack-o'lantern`, `snake_case`.
  static let compound: Rule = { text, start in PTBLexer.Match(compoundEnd(text, start)) }

  static func compoundEnd(_ text: PTBText, _ start: Int) -> Int {
    var end = compoundPart(text, start)
    guard end > start else { return start }
    while PTBText.isHyphen(text[end]) {
      let next = compoundPart(text, end + 1)
      if next == end + 1 { break }
      end = next
    }
    return end
  }

  private static func compoundPart(_ text: PTBText, _ start: Int) -> Int {
    if "dol".unicodeScalars.contains(PTBText.lowercased(text[start])), PTBText.isApostropheLike(text[start + 1]) {
      let end = text.run(start + 2, PTBText.isLetterOrDigit)
      if end >= start + 4 { return end }
    }
    return text.run(start, PTBText.isLetterOrDigit)
  }

  /// A compound with dots and commas before the first hyphen: `U.S.-based`, `1,000-1`, `anti-U.S.`
  static let dottedCompound: Rule = { text, start in
    guard PTBText.isASCIILetterOrDigit(text[start]) else { return nil }
    var end = text.run(start) { PTBText.isASCIILetterOrDigit($0) || $0 == "." || $0 == "," || $0 == "\u{AD}" }
    guard text[end] == "-" else { return nil }
    var parts = 0
    while text[end] == "-" {
      var next = text.run(end + 1) { PTBText.isASCIILetterOrDigit($0) || $0 == "\u{AD}" }
      if let initials = initialsEnd(text, end + 1), initials >= end + 5 { next = max(next, initials) }
      if next == end + 1 { break }
      end = next
      parts += 1
    }
    return parts > 0 ? PTBLexer.Match(end) : nil
  }

  /// `and/or`, `black/blue-green/red`: up to three parts, each with up to two hyphens.
  static let slashed: Rule = { text, start in
    var end = slashedPart(text, start)
    guard end > start else { return nil }
    var slashes = 0
    while slashes < 2 {
      let slash = text[end] == "\\" ? end + 1 : end
      guard text[slash] == "/" else { break }
      let next = slashedPart(text, slash + 1)
      if next == slash + 1 { break }
      end = next
      slashes += 1
    }
    return slashes > 0 ? PTBLexer.Match(end) : nil
  }

  private static func slashedPart(_ text: PTBText, _ start: Int) -> Int {
    var end = text.run(start, PTBText.isASCIILetterOrDigit)
    guard end > start else { return start }
    for _ in 0..<2 where text[end] == "-" {
      let next = text.run(end + 1, PTBText.isASCIILetter)
      if next == end + 1 { break }
      end = next
    }
    return end
  }

  /// `1/2`, `3 1/2`, `3-1/2`, of up to four digits each.
  static let fraction: Rule = { text, start in
    func simple(_ start: Int) -> Int? {
      let slash = digits(text, start, 1...4)
      guard let slash else { return nil }
      let second = text[slash] == "\\" && text[slash + 1] == "/" ? slash + 2 : slash + 1
      guard text[second - 1] == "/" || text[second - 1] == "\u{2044}" else { return nil }
      return digits(text, second, 1...4, isWhole: false)
    }
    if let end = simple(start) { return PTBLexer.Match(end) }
    guard let whole = digits(text, start, 1...4), text[whole] == "-" || isBlank(text[whole]) else { return nil }
    return simple(whole + 1).map { PTBLexer.Match($0) }
  }

  static let date: Rule = { text, start in
    guard let day = digits(text, start, 1...2), text[day] == "/" || text[day] == "-",
      let month = digits(text, day + 1, 1...2), text[month] == "/" || text[month] == "-",
      let year = digits(text, month + 1, 2...4, isWhole: false)
    else { return nil }
    return PTBLexer.Match(year)
  }

  /// The end of the digits here, if they are so many; the first of a longer run where it need not be whole.
  static func digits(_ text: PTBText, _ start: Int, _ counts: ClosedRange<Int>, isWhole: Bool = true) -> Int? {
    let end = text.run(start, limit: counts.upperBound, PTBText.isASCIIDigit)
    guard end - start >= counts.lowerBound else { return nil }
    return isWhole && PTBText.isASCIIDigit(text[end]) ? nil : end
  }

  static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == PTBTokenizer.noBreakSpace }

  /// A dollar sign with the country before it: `US$`.
  static let dollar: Rule = { text, start in
    let end = text.run(start, PTBText.isUpper)
    return text[end] == "$" ? PTBLexer.Match(end + 1) : nil
  }
}
