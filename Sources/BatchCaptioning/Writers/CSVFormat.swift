import Captioning
import ModelFiles
package import SystemPackage
import TextDecoding

/// Comma-separated values with a header line (RFC 4180): path, caption, confidence, width, height, sha256, model,
/// milliseconds, log_probability, reason, finish_reason. The caption is empty where there is a reason: see `NotSure`.
/// Bytes of a path that are not UTF-8 are written as `\xHH`.
package struct CSVFormat: RowFormat {
  package init() {}

  package static let columns = [
    "path", "caption", "confidence", "width", "height", "sha256", "model", "milliseconds", "log_probability", "reason",
    "finish_reason",
  ]

  package var header: [UInt8] {
    Array((Self.columns.joined(separator: ",") + "\r\n").utf8)
  }

  package func row(_ image: FinishedImage) -> [UInt8]? {
    guard let caption = image.caption else { return nil }
    let fields = [
      image.path.text, caption.text, "\(caption.confidence.rounded(toPlaces: 4))", "\(caption.width)",
      "\(caption.height)", caption.hash.hexadecimal, caption.model, "\(caption.milliseconds.rounded(toPlaces: 3))",
      "\(caption.judgement.logProbability.rounded(toPlaces: 4))", caption.reason?.rawValue ?? "",
      caption.finishReason?.rawValue ?? "",
    ]
    return Array((fields.map(Self.field).joined(separator: ",") + "\r\n").utf8)
  }

  package var heedsQuotes: Bool { true }

  /// The first field, with its quotes.
  package func subject(ofRow line: ArraySlice<UInt8>) -> [UInt8]? {
    var isQuoted = false
    for index in line.indices {
      if line[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      if line[index] == UInt8(ascii: ","), !isQuoted { return Array(line[..<index]) }
    }
    return nil
  }

  package func subject(_ path: FilePath) -> [UInt8]? { Array(Self.field(path.text).utf8) }

  private static func field(_ text: String) -> String {
    let special: Set<UInt8> = [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D]
    // With some readers, spaces at the ends survive only in quotes.
    let isPlain = !text.utf8.contains { special.contains($0) } && text.utf8.first != 0x20 && text.utf8.last != 0x20
    return isPlain
      ? text : "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
