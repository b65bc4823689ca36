import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The last line of a terminal on standard error, drawn over and over; what else is said there appears above it.
enum LiveLine {
  private static let shown = Mutex("")
  /// To the line's start, and nothing from there on.
  private static let erase = "\r\u{1B}[K"

  /// Only for a terminal.
  static func redraw(_ text: String) {
    shown.withLock { shown in
      shown = text
      put(erase + text)
    }
  }

  /// What is shown stays, and what follows begins a line.
  static func end() {
    shown.withLock { shown in
      if !shown.isEmpty { put("\n") }
      shown = ""
    }
  }

  /// What is shown goes.
  static func clear() {
    shown.withLock { shown in
      if !shown.isEmpty { put(erase) }
      shown = ""
    }
  }

  /// Whole lines, above the live one.
  static func write(above text: String) {
    shown.withLock { shown in put(shown.isEmpty ? text : erase + text + shown) }
  }

  // Where standard error is gone there is nobody to tell.
  private static func put(_ text: String) { _ = writeAll(Array(text.utf8), to: STDERR_FILENO) }
}
