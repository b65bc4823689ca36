import Captioning
import Foundation
import TestSupport
import Testing

@Suite("The JSON of WebDataset samples")
struct WebDatasetRecordTests {
  /// The JSON of a sample that had this one.
  private func json(_ own: [UInt8], text: [UInt8]? = nil) throws -> String {
    try FileTree.with { tree in
      var tar = TarBuilder()
      tar.add("a.jpg", WebDatasetRun.content("a"))
      tar.add("a.json", own)
      if let text { tar.add("a.txt", text) }
      try tree.write("in.tar", tar.finished())
      let run = try WebDatasetRun(tree, "in.tar")
      try run.write(to: run.output())
      return try tree.tarContent("out/000000.tar", member: "a.json")
    }
  }

  private static let fields =
    "\"caption\":\"caption 0\",\"confidence\":0.5,\"log_probability\":-0.75,\"width\":8,\"height\":6,\"sha256\":"

  private func isWhole(_ json: String) -> Bool { (try? JSONSerialization.jsonObject(with: Data(json.utf8))) != nil }

  @Test("fields that the sample had stay as they are written, in front of ours")
  func kept() throws {
    let own =
      "{ \"n\" : 12345678901234567890.10 ,\n \"list\": [1, {\"}\": \"]\\\"\"}], \"text\": \"a, b\", \"e\": {} }\n"
    let json = try json(Array(own.utf8))
    #expect(
      json.hasPrefix(
        "{\"n\":12345678901234567890.10,\"list\":[1, {\"}\": \"]\\\"\"}],\"text\":\"a, b\",\"e\":{},\"path\":"))
    #expect(json.contains(Self.fields))
    #expect(!json.contains("original"))
    #expect(isWhole(json))
  }

  @Test("what Python writes beside JSON stays, too")
  func notANumber() throws {
    #expect(try json(Array("{\"aesthetic\": NaN, \"b\": 1}".utf8)).hasPrefix("{\"aesthetic\":NaN,\"b\":1,\"path\":"))
  }

  @Test("values that ours take the place of go to original, where they are others")
  func replaced() throws {
    let json = try json(Array("{\"caption\": \"alt text\", \"width\": 8, \"height\": 7, \"url\": \"u\"}".utf8))
    #expect(json.hasPrefix("{\"url\":\"u\",\"path\":"))
    #expect(json.contains(Self.fields))
    #expect(json.hasSuffix(",\"original\":{\"caption\":\"alt text\",\"height\":7}}"))
    #expect(isWhole(json))
  }

  @Test("what is in original already is older, and stays")
  func twice() throws {
    let json = try json(
      Array("{\"caption\": \"second\", \"original\": {\"caption\": \"first\", \"x\": 1}}".utf8), text: Array("t".utf8))
    #expect(json.hasSuffix(",\"original\":{\"caption\":\"first\",\"x\":1,\"txt\":\"t\"}}"))
  }

  @Test("a text that is the caption is not kept twice; one that is not UTF-8 is kept by its bytes")
  func text() throws {
    #expect(try !json(Array("{}".utf8), text: Array("caption 0".utf8)).contains("original"))
    #expect(try json(Array("{}".utf8), text: [0xFF, 0x61]).hasSuffix("\"original\":{\"txt_base64\":\"/2E=\"}}"))
  }

  @Test(
    "a JSON that is no object is kept as text",
    arguments: [
      ("[1, 2]", "\"json\":\"[1, 2]\""), ("", "\"json\":\"\""), ("{\"a\": 1", "\"json\":\"{\\\"a\\\": 1\""),
      ("{\"a\": [1}", "\"json\":\"{\\\"a\\\": [1}\""), ("{\"a\"}", "\"json\":\"{\\\"a\\\"}\""),
      ("{} {}", "\"json\":\"{} {}\""), ("{\"a\": }", "\"json\":\"{\\\"a\\\": }\""),
    ])
  func noObject(own: String, kept: String) throws {
    let json = try json(Array(own.utf8))
    #expect(json.hasSuffix("\"original\":{\(kept)}}"))
    #expect(isWhole(json))
  }

  @Test("a JSON that is not UTF-8 is kept by its bytes")
  func invalidBytes() throws {
    #expect(try json([0x7B, 0xFF]).hasSuffix("\"original\":{\"json_base64\":\"e/8=\"}}"))
  }
}
