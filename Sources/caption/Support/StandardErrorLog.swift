import Logging

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// `caption: message` lines on standard error, in colour where it is a terminal that wants some.
struct StandardErrorLog: LogHandler {
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let label =
      switch event.level {
      case .critical, .error: Terminal.red("error: ")
      case .warning: Terminal.yellow("warning: ")
      default: ""
      }
    writeToStandardError("caption: \(label)\(event.message)\n")
  }
}

enum Terminal {
  static let isStandardErrorTerminal = isatty(STDERR_FILENO) == 1

  /// Columns of the terminal on standard error; 80 where it does not tell.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  private static let isColored = isStandardErrorTerminal && getenv("NO_COLOR") == nil

  static func red(_ text: String) -> String { isColored ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
  static func yellow(_ text: String) -> String { isColored ? "\u{1B}[33m\(text)\u{1B}[0m" : text }
}
