#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What is known of the terminal, and text that does no harm to it.
enum Terminal {
  private static let isStandardErrorTerminal = isatty(STDERR_FILENO) == 1
  static let isStandardOutputTerminal = isatty(STDOUT_FILENO) == 1
  /// A terminal such as an editor's, which can neither erase nor colour.
  private static let isDumb = getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? false
  /// Whether a line on standard error can be drawn over.
  static let redraws = isStandardErrorTerminal && !isDumb
  private static let isColored = redraws && getenv("NO_COLOR") == nil

  /// Columns of the terminal on standard error; 80 where it does not tell.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  static func red(_ text: String) -> String { isColored ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
  static func yellow(_ text: String) -> String { isColored ? "\u{1B}[33m\(text)\u{1B}[0m" : text }

  /// The text with every character that would steer a terminal or reverse what is read written out: `\e` for ESC, `\n`, `\u{9B}`.
  /// File names may hold any of them.
  ///
  /// - Parameter keepsLines: whether newlines and tabs stay: for messages of several lines.
  static func printable(_ text: String, keepsLines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: steers) else { return text }
    var printable = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if !steers(scalar) || keepsLines && (scalar == "\n" || scalar == "\t") {
        printable.append(scalar)
      } else {
        printable.append(contentsOf: written(scalar).unicodeScalars)
      }
    }
    return String(printable)
  }

  private static func steers(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0: true
    // Marks that change the direction of what follows, and the ends of lines and paragraphs.
    case 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  private static func written(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\u{1B}": "\\e"
    default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }
  }

  /// As much of the text's beginning as fits into so many columns.
  static func prefix(of text: String, columns: Int) -> String {
    var left = columns
    return String(
      text.prefix { character in
        left -= width(of: character)
        return left >= 0
      })
  }

  /// The columns that a terminal gives a character: two for those of East Asia and emoji, none for marks by themselves.
  private static func width(of character: Character) -> Int {
    character.unicodeScalars.map(width(of:)).max() ?? 0
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    // The blocks that Unicode's EastAsianWidth.txt calls wide, nearly all of their characters.
    return switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
      0x20000...0x3FFFD:
      2
    default: 1
    }
  }
}
