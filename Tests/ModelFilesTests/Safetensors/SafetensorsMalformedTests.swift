import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("Malformed safetensors files")
struct SafetensorsMalformedTests {
  /// A header, the bytes of data after it, and a word of the message that refuses it.
  struct Attack: Sendable, CustomTestStringConvertible {
    let name: String
    let header: String
    var data = 8
    let message: String

    var testDescription: String { name }
  }

  private static func entry(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
    SafetensorsBytes.entry(name, type, shape, offsets)
  }

  private static let sound = entry("a", "U8", "[8]", "[0,8]")
  private static let huge = "4611686018427387904"

  static let attacks = [
    Attack(name: "not an object", header: "[]", message: "start with '{'"),
    Attack(name: "leading space", header: " {\(sound)}", message: "start with '{'"),
    Attack(name: "text after the object", header: "{\(sound)} x", message: "follows"),
    Attack(name: "cut-off object", header: "{\(sound)", message: "','"),
    Attack(name: "trailing comma", header: "{\(sound),}", message: "string"),
    Attack(name: "name twice", header: "{\(sound),\(sound)}", message: "occurs twice"),
    Attack(
      name: "name twice by way of an escape", header: "{\(sound),\(entry("\\u0061", "U8", "[0]", "[8,8]"))}",
      message: "occurs twice"),
    Attack(
      name: "field twice", header: #"{"a":{"dtype":"U8","dtype":"U8","shape":[8],"data_offsets":[0,8]}}"#,
      message: "occurs twice"),
    Attack(name: "metadata twice", header: #"{"__metadata__":{},"__metadata__":{}}"#, data: 0, message: "occurs twice"),
    Attack(
      name: "metadata key twice", header: #"{"__metadata__":{"a":"1","a":"2"}}"#, data: 0, message: "occurs twice"),
    Attack(name: "metadata not text", header: #"{"__metadata__":{"a":1}}"#, data: 0, message: "string"),
    Attack(name: "no shape", header: #"{"a":{"dtype":"U8","data_offsets":[0,8]}}"#, message: "lacks"),
    Attack(name: "one offset", header: "{\(entry("a", "U8", "[8]", "[0]"))}", message: "lacks"),
    Attack(name: "three offsets", header: "{\(entry("a", "U8", "[8]", "[0,8,8]"))}", message: "more than 2"),
    Attack(name: "negative dimension", header: "{\(entry("a", "U8", "[-8]", "[0,8]"))}", message: "negative"),
    Attack(name: "two negative dimensions", header: "{\(entry("a", "U8", "[-2,-4]", "[0,8]"))}", message: "negative"),
    Attack(name: "fractional dimension", header: "{\(entry("a", "U8", "[8.0]", "[0,8]"))}", message: "whole number"),
    Attack(
      name: "dimension of 2^64", header: "{\(entry("a", "U8", "[18446744073709551616]", "[0,8]"))}", message: "64"),
    Attack(name: "overflowing shape", header: "{\(entry("a", "U8", "[\(huge),4]", "[0,0]"))}", message: "impossible"),
    Attack(
      name: "overflow hidden by a zero", header: "{\(entry("a", "U8", "[\(huge),4,0]", "[0,0]"))}",
      message: "impossible"),
    Attack(name: "overflowing bytes", header: "{\(entry("a", "F64", "[\(huge)]", "[0,8]"))}", message: "impossible"),
    Attack(
      name: "33 dimensions",
      header: "{\(entry("a", "U8", "[\(Array(repeating: "1", count: 33).joined(separator: ","))]", "[0,1]"))}",
      message: "more than 32"),
    Attack(name: "size of another shape", header: "{\(entry("a", "F32", "[3]", "[0,8]"))}", message: "needs 12 bytes"),
    Attack(name: "backward offsets", header: "{\(entry("a", "U8", "[8]", "[8,0]"))}", message: "data_offsets"),
    Attack(
      name: "offset of 2^63 - 1", header: "{\(entry("a", "F8", "[8]", "[0,9223372036854775807]"))}",
      message: "data_offsets"),
    Attack(name: "beyond the end", header: "{\(entry("a", "U8", "[9]", "[0,9]"))}", message: "has 8 bytes"),
    Attack(
      name: "unknown type beyond the end", header: "{\(entry("a", "F8", "[9]", "[0,900]"))}", message: "has 8 bytes"),
    Attack(name: "bytes left over", header: "{\(entry("a", "U8", "[7]", "[0,7]"))}", message: "has 8 bytes"),
    Attack(
      name: "gap", header: "{\(entry("a", "U8", "[2]", "[0,2]")),\(entry("b", "U8", "[4]", "[4,8]"))}", message: "gap"),
    Attack(name: "gap at the start", header: "{\(entry("a", "U8", "[7]", "[1,8]"))}", message: "gap"),
    Attack(
      name: "overlap", header: "{\(entry("a", "U8", "[5]", "[0,5]")),\(entry("b", "U8", "[4]", "[4,8]"))}",
      message: "overlaps"),
    Attack(name: "half a surrogate pair", header: #"{"\ud83d":\#(#"{"dtype":"U8"}"#)}"#, message: "surrogate"),
    Attack(name: "control character in a name", header: "{\"a\u{1}\":{}}", message: "control character"),
    Attack(
      name: "deep nesting", header: #"{"a":{"x":"# + String(repeating: "[", count: 100_000), message: "nested"),
    Attack(
      name: "deep nesting of objects", header: #"{"a":{"x":"# + String(repeating: #"{"x":"#, count: 100_000),
      message: "nested"),
  ]

  @Test("A header that breaks a rule is refused with the reason", arguments: attacks)
  func attack(_ attack: Attack) throws {
    try SafetensorsBytes.file(header: attack.header, data: Array(repeating: 1, count: attack.data)).withFile { path in
      let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
      guard case .malformed(path, .safetensors, let problem)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(problem.contains(attack.message), "\(problem)")
    }
  }

  @Test(
    "A header's length beyond the file or the limit is refused",
    arguments: [
      UInt64.max, 1 << 63, 1 << 62, 100_000_001, 100_000_000, 1000, 3,
    ])
  func length(_ length: UInt64) throws {
    try Bytes().appending(little: length).appending("{}".utf8).withFile { path in
      #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
    }
  }

  @Test("Invalid UTF-8 in a name is refused")
  func invalidUTF8() throws {
    let header: [UInt8] = Array("{\"".utf8) + [0xc3, 0x28] + Array("\":{}}".utf8)
    try Bytes().appending(little: UInt64(header.count)).appending(header).withFile { path in
      #expect(throws: ModelFileError.self) { try SafetensorsFile(path: path) }
    }
  }

  @Test("Every truncation is refused")
  func truncations() throws {
    let file = Array(try Fixture.data("safetensors/types.safetensors"))
    #expect(try Malformations(SafetensorsFile.init(path:)).refusedTruncations(of: file) == file.count)
  }

  @Test("Every corruption of the header is refused or read through", arguments: 0..<8)
  func corruptions(seed: UInt64) throws {
    let file = Array(try Fixture.data("safetensors/types.safetensors"))
    let refused = try Malformations(SafetensorsFile.init(path:))
      .refusedCorruptions(of: file, within: 0..<900, rounds: 250, seed: seed)
    #expect(refused > 100)
  }
}
