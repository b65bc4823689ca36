import BatchCaptioning
import Captioning
import SystemPackage

/// Paths on the command line in the system's bytes: a name that is not UTF-8 would be lost if taken as text.
enum RawArguments {
  /// The path that was given as an argument or as an option's value.
  static func path(_ argument: String) -> FilePath {
    if argument.unicodeScalars.contains("\u{FFFD}"), let bytes = damaged[argument] { return FilePath(bytes: bytes) }
    return FilePath(argument)
  }

  /// The bytes of arguments that are not UTF-8, by the text that they appear as.
  private static let damaged: [String: [UInt8]] = {
    var damaged: [String: [UInt8]] = [:]
    for index in 0..<Int(CommandLine.argc) {
      guard let start = CommandLine.unsafeArgv[index] else { continue }
      let bytes = FilePath(platformString: start).bytes
      guard String(validating: bytes, as: UTF8.self) == nil else { continue }
      damaged[String(decoding: bytes, as: UTF8.self)] = bytes
      // The form --option=value.
      if let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
        let value = Array(bytes[(equals + 1)...])
        damaged[String(decoding: value, as: UTF8.self)] = value
      }
    }
    return damaged
  }()
}
