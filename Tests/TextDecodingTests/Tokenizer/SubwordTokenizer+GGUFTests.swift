import Foundation
import ModelFiles
import TestSupport
import Testing
import TextDecoding

@Suite("A tokeniser from GGUF")
struct TokenizerGGUFTests {
  /// Opens a GGUF file of nothing but metadata: a tokeniser of three tokens, changed by `changes` (`nil` removes a key).
  private func open(_ changes: [String: MetadataValue?] = [:]) throws -> SubwordTokenizer {
    var metadata: [String: MetadataValue] = [
      "tokenizer.ggml.model": .string("gpt2"), "tokenizer.ggml.pre": .string("smollm"),
      "tokenizer.ggml.tokens": .strings(["a", "b", "ab", "<s>"]), "tokenizer.ggml.token_type": .integers([1, 1, 1, 3]),
      "tokenizer.ggml.merges": .strings(["a b"]), "tokenizer.ggml.eos_token_id": .integer(3),
    ]
    for (key, value) in changes { metadata[key] = value }
    return try withTemporaryDirectory { directory in
      let file = directory.appending(path: "t.gguf")
      try Data(MetadataValue.gguf(metadata)).write(to: file)
      return try SubwordTokenizer(gguf: GGUFFile(path: file.path))
    }
  }

  @Test("encodes, decodes and knows its special tokens")
  func reads() throws {
    let tokenizer = try open()
    #expect(tokenizer.encode("ab<s>ba") == [2, 3, 1, 0])
    #expect(tokenizer.decode([2, 3, 0]) == "aba")
    #expect(tokenizer.endOfSequence == 3 && tokenizer.beginningOfSequence == nil)
  }

  @Test("finds user-defined tokens in text whether or not special ones are parsed")
  func userDefined() throws {
    let tokenizer = try open(["tokenizer.ggml.token_type": .integers([1, 1, 1, 4])])
    #expect(tokenizer.encode("<s>", parsingSpecialTokens: false) == [3])
    #expect(!tokenizer.isSpecial(3))
  }

  @Test(
    "that cannot be used is refused by file, key and cause",
    arguments: [
      ("tokenizer.ggml.model", .string("rwkv"), "GGUF with tokenizer.ggml.model = 'rwkv' is not supported"),
      ("tokenizer.ggml.pre", .string("tekken"), "GGUF with tokenizer.ggml.pre = 'tekken' is not supported"),
      ("tokenizer.ggml.add_space_prefix", .bool(true), "GGUF with tokenizer.ggml.add_space_prefix = true is not"),
      ("tokenizer.ggml.pre", nil, "has no value for 'tokenizer.ggml.pre'"),
      ("tokenizer.ggml.tokens", nil, "has no value for 'tokenizer.ggml.tokens'"),
      ("tokenizer.ggml.merges", nil, "has no value for 'tokenizer.ggml.merges'"),
      ("tokenizer.ggml.merges", .integers([1]), "value of 'tokenizer.ggml.merges' is no array of strings"),
      ("tokenizer.ggml.token_type", .integers([1]), "'tokenizer.ggml.token_type' has 1 entries for 4 tokens"),
      ("tokenizer.ggml.token_type", .integers([1, 1, 1, 99]), "'tokenizer.ggml.token_type' has the unknown type 99"),
      ("tokenizer.ggml.eos_token_id", .integer(4), "'tokenizer.ggml.eos_token_id' is 4, but there are 4 tokens"),
      (
        "tokenizer.ggml.tokens", .strings(["a", "b", "ab", String(repeating: "s", count: 1025)]),
        "makes token 3 of 1025 bytes a special one"
      ),
    ] as [(String, MetadataValue?, String)])
  func refused(key: String, value: MetadataValue?, message: String) {
    #expect {
      _ = try open([key: value])
    } throws: {
      $0 is ModelFileError && "\($0)".contains("t.gguf: ") && "\($0)".contains(message)
    }
  }

  /// SentencePiece's kinds, with a space before the text.
  private func openScores(_ changes: [String: MetadataValue?] = [:]) throws -> SubwordTokenizer {
    var metadata: [String: MetadataValue?] = [
      "tokenizer.ggml.model": .string("llama"), "tokenizer.ggml.merges": nil,
      "tokenizer.ggml.tokens": .strings(["<unk>", "</s>", "a", "\u{2581}", "aa", "\u{2581}a", "<0xC3>"]),
      "tokenizer.ggml.token_type": .integers([2, 3, 1, 1, 1, 1, 6]), "tokenizer.ggml.eos_token_id": .integer(1),
      "tokenizer.ggml.scores": .floats([0, 0, -9, -9, -1, -2, 0]),
    ]
    for (key, value) in changes { metadata[key] = value }
    return try open(metadata)
  }

  @Test("of SentencePiece's kind merges by score, falls back to bytes, and decodes without the space before the text")
  func scores() throws {
    let tokenizer = try openScores()
    #expect(tokenizer.encode("aa</s>a") == [3, 4, 1, 5])
    #expect(tokenizer.encode("<0xC3>", parsingSpecialTokens: false) == [3, 0])
    #expect(tokenizer.encode(bytes: [0xc3, 0xc4], parsingSpecialTokens: false) == [3, 6, 0])
    #expect(tokenizer.decode([5, 5]) == "a a")
    #expect(tokenizer.decode([1, 5, 0, 5]) == "a a")
    #expect(try openScores(["tokenizer.ggml.add_space_prefix": .bool(false)]).encode("aa a") == [4, 5])
  }

  @Test(
    "of SentencePiece's kind that cannot be used is refused by file, key and cause",
    arguments: [
      ("tokenizer.ggml.token_type", nil, "has no value for 'tokenizer.ggml.token_type'"),
      ("tokenizer.ggml.scores", nil, "has no value for 'tokenizer.ggml.scores'"),
      ("tokenizer.ggml.scores", .floats([1]), "'tokenizer.ggml.scores' has 1 entries for 7 tokens"),
      (
        "tokenizer.ggml.unknown_token_id", .integer(7), "'tokenizer.ggml.unknown_token_id' is 7, but there are 7 tokens"
      ),
      ("tokenizer.ggml.precompiled_charsmap", .integers([1, 2]), "'tokenizer.ggml.precompiled_charsmap' is no table"),
      (
        "tokenizer.ggml.remove_extra_whitespaces", .bool(true),
        "tokenizer.ggml.remove_extra_whitespaces = true is not supported"
      ),
    ] as [(String, MetadataValue?, String)])
  func refusedScores(key: String, value: MetadataValue?, message: String) {
    #expect {
      _ = try openScores([key: value])
    } throws: {
      $0 is ModelFileError && "\($0)".contains("t.gguf: ") && "\($0)".contains(message)
    }
  }

  @Test("with scores that are no numbers opens, and is found out on preparing", arguments: ["llama", "t5"])
  func faultyScores(model: String) throws {
    let faulty = MetadataValue.floats([0, 0, -9, .nan, -1, -2, 0])
    let tokenizer = try openScores(["tokenizer.ggml.scores": faulty, "tokenizer.ggml.model": .string(model)])
    #expect(tokenizer.decode([5]) == "a")
    _ = tokenizer.encode("aa a")
    #expect {
      try tokenizer.prepareToEncode()
    } throws: {
      "\($0)".contains("'tokenizer.ggml.scores' has a score that is no finite number")
    }
  }

  @Test(
    "with faulty merges opens, since captions are only decoded, and is found out on preparing",
    arguments: ["ab", "a b c"])
  func faultyMerges(merge: String) throws {
    let tokenizer = try open(["tokenizer.ggml.merges": .strings([merge])])
    #expect(tokenizer.decode([2]) == "ab")
    #expect(tokenizer.encode("ab") == [0, 1])
    #expect {
      try tokenizer.prepareToEncode()
    } throws: {
      "\($0)".contains("value of 'tokenizer.ggml.merges' has merge 0 that is not 'left right'")
    }
  }
}

/// Metadata of a GGUF file under test.
enum MetadataValue: Sendable {
  case string(String)
  case strings([String])
  case integer(UInt32)
  case integers([Int32])
  case floats([Float])
  case bool(Bool)

  static func gguf(_ metadata: [String: MetadataValue]) -> [UInt8] {
    var bytes = Array("GGUF".utf8)
    append(UInt32(3), to: &bytes)
    append(UInt64(0), to: &bytes)
    append(UInt64(metadata.count), to: &bytes)
    for (key, value) in metadata {
      append(key, to: &bytes)
      value.append(to: &bytes)
    }
    return bytes
  }

  private func append(to bytes: inout [UInt8]) {
    func type(_ number: UInt32) { Self.append(number, to: &bytes) }
    func array(of number: UInt32, _ count: Int) {
      type(9)
      type(number)
      Self.append(UInt64(count), to: &bytes)
    }
    switch self {
    case .integer(let value):
      type(4)
      Self.append(value, to: &bytes)
    case .bool(let value):
      type(7)
      bytes.append(value ? 1 : 0)
    case .string(let value):
      type(8)
      Self.append(value, to: &bytes)
    case .strings(let values):
      array(of: 8, values.count)
      for value in values { Self.append(value, to: &bytes) }
    case .floats(let values):
      array(of: 6, values.count)
      for value in values { Self.append(value.bitPattern, to: &bytes) }
    case .integers(let values):
      array(of: 5, values.count)
      for value in values { Self.append(value, to: &bytes) }
    }
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    append(UInt64(text.utf8.count), to: &bytes)
    bytes.append(contentsOf: text.utf8)
  }
}
