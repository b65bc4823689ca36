import Logging

/// Logs `caption: message` lines on standard error, in colour where a terminal supports it.
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
    writeToStandardError("caption: \(label)\(Terminal.printable("\(event.message)", keepsLines: true))\n")
  }
}
