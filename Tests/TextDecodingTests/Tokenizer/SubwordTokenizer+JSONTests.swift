import Foundation
import ModelFiles
import TestSupport
import Testing
import TextDecoding

@Suite("tokenizer.json")
struct TokenizerJSONTests {
  static let variants = [
    "added-tokens", "unknown", "fused-unknown", "whole-words", "prefix-space", "digit-runs", "split", "no-words",
  ]

  @Test("gives the ids of tokenizers with each supported feature", arguments: variants)
  func encodesAsReference(variant: String) throws {
    let tokenizer = try SubwordTokenizer(tokenizerJSON: TokenizerFixture.path("\(variant).json"))
    let lines = try TokenizerFixture.lines("\(variant).jsonl")
    #expect(lines.count > 100)
    for line in lines {
      let ids = tokenizer.encode(line.text)
      #expect(ids == line.ids, "\(line.text.debugDescription)")
      #expect(tokenizer.encode(line.text, parsingSpecialTokens: false) == line.withoutParsing ?? line.ids)
      #expect(scalars(tokenizer.decode(ids, skippingSpecialTokens: false)) == scalars(line.decoded ?? line.text))
    }
  }

  /// A file of three tokens; `changes` replace parts of it.
  static func read(_ changes: (String, String)...) throws -> SubwordTokenizer {
    var text = #"""
      {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":3,"content":"<s>","single_word":false,
      "lstrip":false,"rstrip":false,"normalized":false,"special":true}],"normalizer":null,
      "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
      "post_processor":null,"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","dropout":null,"unk_token":null,
      "continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,
      "ignore_merges":false,"vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]}}
      """#
    for (old, new) in changes {
      precondition(text.contains(old))
      text = text.replacing(old, with: new)
    }
    return try read(bytes: Array(text.utf8))
  }

  static func read(bytes: [UInt8]) throws -> SubwordTokenizer {
    let vocabulary = try bytes.withUnsafeBytes { try TokenizerVocabulary(tokenizerJSON: $0, path: "t.json") }
    let tokenizer = SubwordTokenizer(vocabulary)
    try tokenizer.prepareToEncode()
    return tokenizer
  }

  @Test("is read from text, escapes included")
  func escapes() throws {
    let tokenizer = try Self.read((#"{"a":0"#, #"{"\u0061":0"#), (#""content":"<s>""#, #""content":"\ud83d\udc15\n""#))
    #expect(tokenizer.encode("ab\u{1f415}\n") == [2, 3])
  }

  @Test(
    "that asks for what is not implemented is refused by file, key and value",
    arguments: [
      (#""normalizer":null"#, #""normalizer":{"type":"Nmt"}"#, "'normalizer.type' being 'Nmt'"),
      (#"{"type":"ByteLevel","add"#, #"{"type":"Whitespace","add"#, "'pre_tokenizer.type' being 'Whitespace'"),
      (#""decoder":{"type":"ByteLevel"}"#, #""decoder":{"type":"WordPiece"}"#, "'decoder.type' being 'WordPiece'"),
      (#""decoder":{"type":"ByteLevel"}"#, #""decoder":null"#, "'decoder' being null"),
      (#""post_processor":null"#, #""post_processor":{"type":"Mystery"}"#, "'post_processor.type' being 'Mystery'"),
      (#""truncation":null"#, #""truncation":{"max_length":9}"#, "'truncation' being an object"),
      (#""type":"BPE""#, #""type":"WordPiece""#, "'model.type' being 'WordPiece'"),
      (#""dropout":null"#, #""dropout":0.1"#, "'model.dropout' being 0.1"),
      (#""byte_fallback":false"#, #""byte_fallback":true"#, "'model.byte_fallback' being true"),
      (#""end_of_word_suffix":null"#, #""end_of_word_suffix":"</w>""#, "'model.end_of_word_suffix' being '</w>'"),
      (#""fuse_unk""#, #""fuse_all""#, "'model.fuse_all' being false"),
      (#""version""#, #""novelty""#, "'novelty' being '1.0'"),
      (
        #""pre_tokenizer":{"#,
        #""pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"x+"},"behavior":"Isolated"}]},"post_processor":{"#,
        "'pre_tokenizer.pretokenizers[0].pattern.Regex' being 'x+'"
      ),
    ])
  func unsupported(old: String, new: String, message: String) {
    let remainder = new.contains(#""post_processor":{"#) && old.contains("pre_tokenizer")
    #expect {
      // The sequence takes the place of two members.
      if remainder {
        _ = try Self.read((#""post_processor":null,"#, ""), (old, new))
      } else {
        _ = try Self.read((old, new))
      }
    } throws: {
      "\($0)".hasPrefix("t.json: JSON with \(message) is not supported")
    }
  }

  @Test(
    "of SentencePiece's kind that asks for what is not implemented is refused by file, key and value",
    arguments: [
      (#"{"type":"Fuse"}"#, #"{"type":"CTC"}"#, "'decoder.decoders[2].type' being 'CTC'"),
      (#"{"type":"Fuse"}"#, #"{"type":"Replace"}"#, "'decoder.decoders[2].type' being 'Replace'"),
      (#""start":1"#, #""start":2"#, "'decoder.decoders[3].start' being 2"),
      (#""stop":0"#, #""stop":1"#, "'decoder.decoders[3].stop' being 1"),
      (#"{"type":"Fuse"},"#, "", "'decoder.decoders[2].type' being 'Strip'"),
      (#""pre_tokenizer":null"#, #""pre_tokenizer":{"type":"ByteLevel"}"#, "'pre_tokenizer' with ByteLevel"),
      (
        #""pre_tokenizer":null"#, #""pre_tokenizer":{"type":"Metaspace","replacement":"_","prepend_scheme":"last"}"#,
        "'pre_tokenizer.prepend_scheme' being 'last'"
      ),
      (#"{"String":" "}"#, #"{"Regex":"\\s"}"#, #"'normalizer.pattern.Regex' being '\s'"#),
      (#""Unigram""#, #""WordLevel""#, "'model.type' being 'WordLevel'"),
    ])
  func unsupportedPieces(old: String, new: String, message: String) {
    #expect {
      _ = try Self.readPieces(old, new)
    } throws: {
      "\($0)".hasPrefix("t.json: JSON with \(message)")
    }
  }

  @Test("of SentencePiece's kind that contradicts itself is refused, naming the key")
  func contradictoryPieces() throws {
    #expect(try Self.readPieces("", "").encode("ab a") == [1, 0, 2, 1])
    for (old, new, message) in [
      (#""unk_id":0"#, #""unk_id":9"#, "'model.unk_id' is not in the vocabulary"),
      (#"[["?",0]"#, #"[["a",0]"#, "'model.vocab' has the token 'a' twice"),
      (#""type":"Unigram","unk_id":0"#, #""type":"BPE""#, "'model.vocab' is not of the form"),
      (#"[["?",0]"#, #"[["?"]"#, "a token has 1 parts"),
    ] {
      #expect {
        _ = try Self.readPieces(old, new)
      } throws: {
        "\($0)".contains(message)
      }
    }
  }

  /// A unigram vocabulary of three tokens, with a part replaced.
  static func readPieces(_ old: String, _ new: String) throws -> SubwordTokenizer {
    var text = #"""
      {"version":"1.0","added_tokens":[],"normalizer":{"type":"Replace","pattern":{"String":" "},"content":"_"},
      "pre_tokenizer":null,"post_processor":null,"decoder":{"type":"Sequence","decoders":[
      {"type":"Replace","pattern":{"String":"_"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},
      {"type":"Strip","content":" ","start":1,"stop":0}]},
      "model":{"type":"Unigram","unk_id":0,"vocab":[["?",0],["a",-1.5],["_",-2e0]]}}
      """#
    if !old.isEmpty {
      precondition(text.contains(old))
      text = text.replacing(old, with: new)
    }
    return try read(bytes: Array(text.utf8))
  }

  @Test(
    "that contradicts itself is refused, naming the key",
    arguments: [
      (#""b":1"#, #""a":1"#, "'model.vocab' has the token 'a' twice"),
      (#""b":1"#, #""b":0"#, "'model.vocab' has the id 0 twice"),
      (#""b":1"#, #""b":-1"#, "'model.vocab' has the id -1"),
      (#""b":1"#, #""b":4194304"#, "'model.vocab' has the id 4194304"),
      (#""id":3"#, #""id":2"#, "'added_tokens[0]' has the id 2 twice"),
      (#""content":"<s>""#, #""content":"ab""#, "'added_tokens[0]' has the id 3, but 2 in model.vocab"),
      (#""special":true"#, #""special":1"#, "'added_tokens[0].special' is 1, not true or false"),
      (#""unk_token":null"#, #""unk_token":"?""#, "'model.unk_token' is not in the vocabulary"),
      (#"["a","b"]"#, #"["b","a"]"#, "'model.merges' has merge 0 of 'b' and 'a'"),
    ])
  func contradictions(old: String, new: String, message: String) {
    #expect {
      _ = try Self.read((old, new))
    } throws: {
      "\($0)".hasPrefix("t.json: value of \(message)")
    }
  }

  @Test("keeps tokens apart that differ in normal form only")
  func canonicallyEquivalentKeys() throws {
    let tokenizer = try Self.read((#""b":1,"#, "\"b\":1,\"\u{e9}\":5,\"e\u{301}\":6,"))
    #expect(tokenizer.vocabularySize == 7)
    #expect(tokenizer.bytes(of: 5) == [0xe9])
    #expect(tokenizer.bytes(of: 6) == Array("e\u{301}".utf8))
  }

  @Test(
    "that is not JSON is refused with the place",
    arguments: [
      (#"["a","b"]"#, #"["a"]"#, "a merge has 1 sides"), (#"["a","b"]"#, #""ab""#, "a merge is not 'left right'"),
      (#""b":1"#, #""b":1.5"#, "no whole number"), (#""b":1"#, #""b":01"#, "expected"),
      (#""b":1"#, #""\x":1"#, "unknown escape"),
      (#""b":1"#, #""\ud800":1"#, "half a surrogate pair"), (#""b":1"#, "\"\n\":1", "control character"),
      (#""padding":null"#, #""truncation":null"#, "key 'truncation' occurs twice"),
      (#"[["a","b"]]}}"#, "[]}}x", "follows"),
      (#""normalizer":null"#, #""normalizer":\#(String(repeating: "[", count: 100_000))"#, "nested more than 64 deep"),
    ])
  func malformed(old: String, new: String, message: String) {
    #expect {
      _ = try Self.read((old, new))
    } throws: {
      guard case ModelFileError.malformed(_, .json, let problem) = $0 else { return false }
      return problem.contains(message) && problem.contains("at byte ")
    }
  }

  @Test("ends in a typed error wherever it is cut off, and never crashes on a flipped bit")
  func damage() throws {
    let whole = try Array(Fixture.data("tokenizer/added-tokens.json"))
    for length in stride(from: 0, to: whole.count, by: 13) {
      #expect(throws: ModelFileError.self) { try Self.read(bytes: Array(whole[..<length])) }
    }
    var generator = SplitMix64(state: 9)
    for _ in 0..<1000 {
      var bytes = whole
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      do { _ = try Self.read(bytes: bytes).encode("<b> word norm 12") } catch { #expect(error is ModelFileError) }
    }
  }

  @Test("that does not exist is named")
  func missingFile() {
    #expect {
      _ = try SubwordTokenizer(tokenizerJSON: "/nowhere/tokenizer.json")
    } throws: {
      "\($0)".hasPrefix("/nowhere/tokenizer.json: cannot be read")
    }
  }
}
