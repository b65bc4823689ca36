import Captioning
import ModelFiles
import TextDecoding

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A JSON object on one line, its fields in the order they are added.
struct JSONRow {
  private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

  mutating func add(_ name: String, _ text: String) {
    begin(name)
    append(text)
  }

  mutating func add(_ name: String, _ number: Int) {
    begin(name)
    bytes += Array("\(number)".utf8)
  }

  /// - Parameter places: the number of digits after the point.
  mutating func add(_ name: String, _ number: Double, places: Int) {
    begin(name)
    // JSON has no infinities.
    bytes += Array((number.isFinite ? "\(number.rounded(toPlaces: places))" : "null").utf8)
  }

  mutating func addNull(_ name: String) {
    begin(name)
    bytes += Array("null".utf8)
  }

  /// The object, closed.
  var finished: [UInt8] { bytes + [UInt8(ascii: "}")] }

  private mutating func begin(_ name: String) {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    append(name)
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func append(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x0A: bytes += Array("\\n".utf8)
      case 0x0D: bytes += Array("\\r".utf8)
      case 0x09: bytes += Array("\\t".utf8)
      case 0..<0x20, 0x7F:
        let digits = String(byte, radix: 16)
        bytes += Array(("\\u00" + (digits.utf8.count < 2 ? "0" : "") + digits).utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension JSONRow {
  /// Adds the path, and its bytes where it is not UTF-8.
  mutating func add(path image: FinishedImage) {
    add("path", image.path.text)
    if !image.path.isText { add("path_base64", Data(image.path.bytes).base64EncodedString()) }
  }

  /// Adds the caption, or `null` and a reason where the captioner was not sure.
  mutating func add(caption text: String, reason: NotSure?) {
    if let reason {
      addNull("caption")
      add("reason", reason.rawValue)
    } else {
      add("caption", text)
    }
  }

  /// Adds all that is known of a caption.
  mutating func add(_ caption: BatchCaption) {
    add(caption: caption.text, reason: caption.reason)
    add("confidence", caption.confidence, places: 4)
    add("log_probability", caption.judgement.logProbability, places: 4)
    if let finishReason = caption.finishReason { add("finish_reason", finishReason.rawValue) }
    add("width", caption.width)
    add("height", caption.height)
    add("sha256", caption.hash.hexadecimal)
    add("model", caption.model)
    add("milliseconds", caption.milliseconds, places: 3)
  }
}
