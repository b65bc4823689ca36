/// The scalars of a caption, with the classes of characters that the rules speak of.
struct PTBText {
  private let scalars: [Unicode.Scalar]
  let count: Int

  init(_ caption: String) {
    // A line break inside a caption is a space to the evaluation.
    scalars = caption.unicodeScalars.map { $0 == "\n" ? " " : $0 }
    count = scalars.count
  }

  /// Captions are lines of a file, so that a line break follows the last scalar.
  subscript(index: Int) -> Unicode.Scalar { index < count ? scalars[index] : "\n" }

  /// The text of a range, in lower case.
  func string(_ range: Range<Int>) -> String {
    var string = ""
    for (index, scalar) in zip(range, scalars[range]) {
      if scalar == "Σ", index > range.lowerBound, index + 1 == range.upperBound {
        string += "ς"
      } else if scalar.isASCII {
        string.unicodeScalars.append(Self.lowercased(scalar))
      } else {
        string += scalar.properties.lowercaseMapping
      }
    }
    return string
  }

  func original(_ range: Range<Int>) -> String {
    var string = ""
    string.unicodeScalars.append(contentsOf: scalars[range])
    return string
  }

  /// The end of a word of ASCII letters between spaces, as most words are. Only those that are split need the rules.
  func plainWord(at start: Int) -> Int? {
    let end = run(start, Self.isASCIILetter)
    guard end > start, Self.isSpace(self[end]) else { return nil }
    return end - start <= 6 && PTBRules.isAssimilation(string(start..<end)) ? nil : end
  }

  /// The end of the longest run of such characters.
  func run(_ start: Int, limit: Int = .max, _ isMember: (Unicode.Scalar) -> Bool) -> Int {
    var end = start
    while end < count, end - start < limit, isMember(scalars[end]) { end += 1 }
    return end
  }

  /// Whether the text continues with this ASCII text, in either case.
  func continues(_ index: Int, _ lowercase: String) -> Bool {
    var index = index
    for scalar in lowercase.unicodeScalars {
      guard Self.lowercased(self[index]) == scalar else { return false }
      index += 1
    }
    return true
  }

  /// The scalar in lower case, for ASCII only.
  static func lowercased(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    isUpper(scalar) ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar
  }

  static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || ("\t"..."\r").contains(scalar) }
  static func isUpper(_ scalar: Unicode.Scalar) -> Bool { ("A"..."Z").contains(scalar) }
  static func isASCIILetter(_ scalar: Unicode.Scalar) -> Bool { ("a"..."z").contains(scalar) || isUpper(scalar) }
  static func isASCIIDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
  static func isASCIILetterOrDigit(_ scalar: Unicode.Scalar) -> Bool { isASCIILetter(scalar) || isASCIIDigit(scalar) }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? isASCIIDigit(scalar) : category(scalar) == .decimalNumber
  }

  /// A letter, or the soft hyphen, which may stand anywhere in a word.
  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return isASCIILetter(scalar) }
    switch category(scalar) {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return scalar.value < 0x10000
    default: return scalar == "\u{AD}"
    }
  }

  static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool { isLetter(scalar) || isDigit(scalar) }

  /// A letter or a mark on one: words may have marks, compounds may not.
  static func isLetterOrMark(_ scalar: Unicode.Scalar) -> Bool {
    if isLetter(scalar) { return true }
    guard (0x2C2..<0x1000).contains(scalar.value) else { return false }
    switch category(scalar) {
    case .nonspacingMark, .spacingMark, .modifierSymbol: return true
    default: return false
    }
  }

  static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool { isLetterOrMark(scalar) || isDigit(scalar) }

  /// `'` and its typographic form.
  static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool { scalar == "'" || scalar == "’" }

  /// Characters that people type as an apostrophe.
  static func isApostropheLike(_ scalar: Unicode.Scalar) -> Bool {
    isApostrophe(scalar) || scalar == "`" || scalar == "‘" || scalar == "‛"
  }

  static func isHyphen(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "-" || scalar == "_" || scalar == "\u{2010}" || scalar == "\u{2011}" || scalar == "\u{58A}"
  }

  /// Whether a character that belongs to no word is a token; all others beyond ASCII vanish, emoji among them.
  static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? scalar > " " && scalar < "\u{7F}" : symbols.contains { $0.contains(scalar.value) }
  }

  private static let symbols: [ClosedRange<UInt32>] = [
    0xA1...0xA9, 0xAB...0xAC, 0xAE...0xB4, 0xB6...0xB9, 0xBB...0xBF, 0xD7...0xD7, 0xF7...0xF7, 0x37E...0x37E,
    0x387...0x387, 0xE3F...0xE3F, 0x2013...0x201F, 0x2020...0x2023, 0x2026...0x2026, 0x2030...0x203B,
    0x203E...0x2042, 0x2044...0x2044, 0x2070...0x2070, 0x2074...0x207E, 0x2080...0x208E, 0x20A0...0x20A0,
    0x20A4...0x20A4, 0x20AC...0x20AC, 0x2100...0x2101, 0x2103...0x2106, 0x2108...0x2109, 0x2114...0x2114,
    0x2116...0x2118, 0x211E...0x2123, 0x2125...0x2125, 0x2127...0x2127, 0x2129...0x2129, 0x212E...0x212E,
    0x213A...0x213B, 0x2140...0x2144, 0x214A...0x214D, 0x214F...0x214F, 0x2153...0x215E, 0x2190...0x2BFF,
    0x3001...0x3002, 0x3012...0x3012, 0x30FB...0x30FB, 0xFF01...0xFF0F, 0xFF1A...0xFF20, 0xFF3B...0xFF40,
    0xFF5B...0xFF65, 0xFFE0...0xFFE1, 0xFFE5...0xFFE6,
  ]

  private static func category(_ scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
    scalar.properties.generalCategory
  }
}
