import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The last line of a terminal on standard error, which is redrawn; other output there appears above it.
enum LiveLine {
  private static let shown = Mutex("")
  /// Moves to the line's start, and erases the line.
  private static let erase = "\r\u{1B}[K"

  /// Redraws the line, on a terminal only.
  static func redraw(_ text: String) {
    shown.withLock { shown in
      shown = text
      put(erase + text)
    }
  }

  /// Keeps what is shown, so that what follows begins a new line.
  static func end() {
    shown.withLock { shown in
      if !shown.isEmpty { put("\n") }
      shown = ""
    }
  }

  /// Removes what is shown.
  static func clear() {
    shown.withLock { shown in
      if !shown.isEmpty { put(erase) }
      shown = ""
    }
  }

  /// Writes whole lines above the live one.
  static func write(above text: String) {
    shown.withLock { shown in put(shown.isEmpty ? text : erase + text + shown) }
  }

  // If standard error is closed, there is nowhere to report that.
  private static func put(_ text: String) { _ = writeAll(Array(text.utf8), to: STDERR_FILENO) }
}
