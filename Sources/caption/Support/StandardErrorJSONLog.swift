import Logging
import ModelFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Logs one JSON object a message on standard error: `time`, `level`, `message`, and the message's metadata.
struct StandardErrorJSONLog: LogHandler {
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var fields = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { Field(text: "\($0)") }
    fields["time"] = Field(text: Date.now.formatted(.iso8601), isText: true)
    fields["level"] = Field(text: event.level.rawValue, isText: true)
    fields["message"] = Field(text: "\(event.message)", isText: true)
    // Texts and numbers can always be encoded.
    guard let line = try? StableJSON.line(fields) else { return }
    writeToStandardError(line + "\n")
  }

  /// A number if the text reads as one, else a text.
  private struct Field: Encodable {
    let text: String
    var isText = false

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if !isText, let number = Int(text) {
        try container.encode(number)
      } else if !isText, let number = Double(text), number.isFinite {
        try container.encode(number)
      } else {
        try container.encode(text)
      }
    }
  }
}
