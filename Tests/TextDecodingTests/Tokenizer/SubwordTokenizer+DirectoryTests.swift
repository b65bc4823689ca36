import Foundation
import ModelFiles
import TestSupport
import Testing
import TextDecoding

@Suite("The tokeniser in a model's directory")
struct SubwordTokenizerDirectoryTests {
  /// A copy of older-models/opt with other files beside or in place of its own.
  private func open(_ files: [String: String?], _ directory: URL) throws -> SubwordTokenizer {
    let copy = directory.appending(path: "opt")
    try FileManager.default.copyItem(at: Fixture.url("older-models/opt"), to: copy)
    for (name, text) in files {
      let file = copy.appending(path: name)
      try? FileManager.default.removeItem(at: file)
      if let text { try Data(text.utf8).write(to: file) }
    }
    return try SubwordTokenizer(directory: copy.path(percentEncoded: false))
  }

  @Test("is that of tokenizer.json where there is one, whatever else there is")
  func whole() throws {
    try withTemporaryDirectory { directory in
      let json = String(decoding: try Fixture.data("tokenizer-kinds/neox.json"), as: UTF8.self)
      let tokenizer = try open(["tokenizer.json": json], directory)
      let line = try #require(KindFixture.lines("neox.jsonl").first)
      #expect(tokenizer.encode(line.text) == line.ids)
    }
  }

  @Test("without any settings takes <|endoftext|> for special, as GPT-2's")
  func bare() throws {
    try withTemporaryDirectory { directory in
      let tokenizer = try open(["special_tokens_map.json": nil, "tokenizer_config.json": nil], directory)
      #expect(tokenizer.encode("a<|endoftext|>", parsingSpecialTokens: true).last == 0)
      #expect(tokenizer.decode([0, 700], skippingSpecialTokens: true) == "</s>")
    }
  }

  @Test("has the tokens that were added, where the files say or behind all others")
  func added() throws {
    try withTemporaryDirectory { directory in
      let tokenizer = try open(
        [
          "added_tokens.json": #"{"<user>": 702}"#,
          "special_tokens_map.json": #"{"eos_token": "</s>", "pad_token": {"content": "<new>", "lstrip": true}}"#,
        ], directory)
      #expect(tokenizer.encode("a<user>", parsingSpecialTokens: true).last == 702)
      #expect(tokenizer.encode("a <new>", parsingSpecialTokens: true) == tokenizer.encode("a") + [703])
      #expect(tokenizer.decode([702, 703], skippingSpecialTokens: true) == "<user>")
    }
  }

  @Test("goes by tokenizer_config.json alone where that has the added tokens' ids")
  func addedDecoder() throws {
    try withTemporaryDirectory { directory in
      let settings = #"""
        {"tokenizer_class": "GPT2Tokenizer", "bos_token": null,
         "added_tokens_decoder": {"705": {"content": "<mark>", "special": true}}}
        """#
      let tokenizer = try open(["tokenizer_config.json": settings], directory)
      #expect(tokenizer.encode("<mark>", parsingSpecialTokens: true) == [705])
      // What only special_tokens_map.json calls special is text.
      #expect(tokenizer.decode([700, 705], skippingSpecialTokens: true) == "</s>")
    }
  }

  @Test("puts a space before the text where tokenizer_config.json says so")
  func prefixSpace() throws {
    try withTemporaryDirectory { directory in
      let tokenizer = try open(["tokenizer_config.json": #"{"add_prefix_space": true}"#], directory)
      #expect(tokenizer.decode(tokenizer.encode("dog"), skippingSpecialTokens: false) == " dog")
    }
  }

  @Test(
    "is refused where it is none that can be made of these files",
    arguments: [
      ("tokenizer_config.json", #"{"tokenizer_class": "CLIPTokenizer"}"#, "class CLIPTokenizer"),
      ("config.json", #"{"model_type": "qwen2"}"#, "model type qwen2"),
      ("tokenizer_config.json", "[]", "it is no object"), ("vocab.json", #"{"a": "b"}"#, "no whole number"),
      ("vocab.json", "{", "vocab.json: not a valid JSON file"),
      ("merges.txt", "#version: 0.2\na\n", "merges.txt: value of 'line 2' is not 'left right'"),
      ("merges.txt", nil, "tokenizer.json: cannot be read: there is none"),
    ])
  func refused(name: String, text: String?, message: String) throws {
    try withTemporaryDirectory { directory in
      let error = #expect(throws: ModelFileError.self) {
        // Without a class, the model's type tells.
        try open(name == "config.json" ? [name: text, "tokenizer_config.json": nil] : [name: text], directory)
      }
      #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }
  }
}
