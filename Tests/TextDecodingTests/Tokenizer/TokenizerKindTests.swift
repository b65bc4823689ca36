import Foundation
import ModelFiles
import TestSupport
import Testing
import TextDecoding

/// A file or, with a slash at its end, a directory, from `Fixtures/tokenizer-kinds`, and the name of what the reference made of the tokeniser in it.
struct KindFixture: Sendable, CustomTestStringConvertible {
  let file: String
  let reference: String

  init(_ file: String, _ reference: String? = nil) {
    self.file = file
    self.reference = reference ?? String(file.prefix { $0 != "." })
  }

  var testDescription: String { file }

  static let all = [
    KindFixture("llama3.json"), KindFixture("llama3.gguf"), KindFixture("qwen2.json"), KindFixture("qwen2.gguf"),
    KindFixture("default.gguf"), KindFixture("neox.json"), KindFixture("opt.json"), KindFixture("llama2.json"),
    KindFixture("mistral.json"), KindFixture("gemma.json"), KindFixture("fused-unknown.json"),
    KindFixture("llama2-scores.gguf"), KindFixture("gemma-scores.gguf"), KindFixture("t5.json"),
    KindFixture("t5-scores.gguf"), KindFixture("xlm-roberta.json"), KindFixture("folded.json"),
    KindFixture("unigram-bytes.json"), KindFixture("../older-models/opt/", "opt"),
  ]

  static func open(_ file: String) throws -> SubwordTokenizer {
    let path = Fixture.url("tokenizer-kinds/\(file)").path
    if file.hasSuffix("/") { return try SubwordTokenizer(directory: path) }
    return try file.hasSuffix(".gguf")
      ? SubwordTokenizer(gguf: GGUFFile(path: path)) : SubwordTokenizer(tokenizerJSON: path)
  }

  static func lines(_ name: String) throws -> [EncodedText] {
    let decoder = JSONDecoder()
    return try Fixture.data("tokenizer-kinds/\(name)").split(separator: UInt8(ascii: "\n")).map {
      try decoder.decode(EncodedText.self, from: $0)
    }
  }
}

@Suite("Tokenisers of every kind")
struct TokenizerKindTests {
  @Test("give the ids of the reference, and decode them to the same text", arguments: KindFixture.all)
  func encodesAsReference(fixture: KindFixture) throws {
    let tokenizer = try KindFixture.open(fixture.file)
    try tokenizer.prepareToEncode()
    let lines = try KindFixture.lines("\(fixture.reference).jsonl")
    #expect(lines.count > 100)
    for line in lines {
      let ids = tokenizer.encode(line.text)
      #expect(ids == line.ids, "\(line.text.debugDescription)")
      let decoded = tokenizer.decode(line.ids ?? [], skippingSpecialTokens: false)
      #expect(scalars(decoded) == scalars(line.decoded ?? line.text))
    }
  }

  @Test("agree with the reference on 5,000 texts, ids and text", arguments: KindFixture.all)
  func agreesOnManyTexts(fixture: KindFixture) throws {
    let tokenizer = try KindFixture.open(fixture.file)
    let text = try String(decoding: Fixture.data("tokenizer-kinds/\(fixture.reference).digests"), as: UTF8.self)
    let digests = text.split(separator: "\n")
    let lines = try TokenizerFixture.lines("strings.jsonl")
    #expect(digests.count == lines.count)
    #expect(digests.count { $0 == "-" } < 100)
    let different = zip(lines, digests).filter { line, digest in
      guard digest != "-" else { return false }
      let ids = tokenizer.encode(line.text)
      var data: [UInt8] = []
      for id in ids { withUnsafeBytes(of: UInt32(id).littleEndian) { data.append(contentsOf: $0) } }
      data.append(0xff)
      data += Array(tokenizer.decode(ids, skippingSpecialTokens: false).utf8)
      return FNV.digest(data) != digest
    }
    #expect(different.map { $0.0.text.debugDescription }.prefix(20) == [])
  }

  @Test("decode tokens in any order, whole and one by one", arguments: KindFixture.all)
  func decodesAnyTokens(fixture: KindFixture) throws {
    let tokenizer = try KindFixture.open(fixture.file)
    let lines = try KindFixture.lines("\(fixture.reference).decoding.jsonl")
    #expect(lines.count == 100)
    for line in lines {
      let ids = try #require(line.ids)
      #expect(scalars(tokenizer.decode(ids, skippingSpecialTokens: false)) == scalars(line.text), "\(ids)")
      for (skips, expected) in [(false, line.text), (true, line.withoutSpecial ?? line.text)] {
        var decoder = StreamingDecoder(tokenizer, skippingSpecialTokens: skips)
        let text = ids.map { decoder.append($0) }.joined() + decoder.finish()
        #expect(scalars(text) == scalars(expected), "\(ids)")
      }
    }
  }

  @Test("encode any bytes, and restore them where the vocabulary has bytes and no normaliser changes them")
  func invalidUTF8() throws {
    let inputs: [[UInt8]] = [
      [0xff], [0xc3, 0x28], [0xe4, 0xb8], [0x61, 0xed, 0xa0, 0x80, 0x20, 0x62], [0xf4, 0x90],
    ]
    for fixture in KindFixture.all {
      let tokenizer = try KindFixture.open(fixture.file)
      for input in inputs {
        let ids = tokenizer.encode(bytes: input, parsingSpecialTokens: true)
        #expect(ids.allSatisfy(tokenizer.exists), "\(fixture.file)")
        guard ["llama2", "gemma", "qwen2", "mistral"].contains(fixture.reference) else { continue }
        let bytes = ids.enumerated().flatMap { $0 == 0 ? tokenizer.bytes(ofFirst: $1) : tokenizer.bytes(of: $1) }
        #expect(bytes == input, "\(fixture.file)")
      }
    }
  }

  @Test("leave the spelling of special tokens as text where asked to", arguments: KindFixture.all)
  func specialTokensAsText(fixture: KindFixture) throws {
    let tokenizer = try KindFixture.open(fixture.file)
    let ids = tokenizer.encode("a<|im_end|>", parsingSpecialTokens: false)
    #expect(ids.count > 2 && !ids.contains { tokenizer.isSpecial($0) && tokenizer.bytes(of: $0).count > 5 })
    #expect(tokenizer.encode("a<|im_end|>").last == tokenizer.id(ofSpecial: "<|im_end|>"))
  }

  @Test("make no special token of text that their normaliser turns into its spelling")
  func specialTokensByNormalization() throws {
    let tokenizer = try KindFixture.open("unigram-bytes.json")
    let end = try #require(tokenizer.id(ofSpecial: "</s>"))
    #expect(!tokenizer.encode("a \u{ff1c}/s>").contains(end))
    #expect(tokenizer.encode("a </s>").contains(end))
  }

  @Test(
    "take text without spaces in time that grows little faster than its length",
    arguments: ["llama2.json", "llama2-scores.gguf", "t5.json"])
  func longText(file: String) throws {
    let tokenizer = try KindFixture.open(file)
    func seconds(_ length: Int) -> Double {
      let text = String(repeating: "thedogandthecat", count: length / 15)
      let clock = ContinuousClock()
      let best = (0..<3).map { _ in clock.measure { _ = tokenizer.encode(text) } }.min() ?? .zero
      return best / .seconds(1)
    }
    _ = seconds(15)
    // Sixteen times the length; quadratic time would be 256 times as long. Growing out of a cache may cost a factor of 4.
    let (short, long) = (seconds(7_500), seconds(120_000))
    #expect(long < 64 * short, "\(long / short)")
  }
}

/// The hash that `Tools/make_fixtures/tokenizer_kinds.py` writes.
enum FNV {
  static func digest(_ data: some Sequence<UInt8>) -> String {
    let hash = data.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } >> 16
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 12 - digits.count) + digits
  }
}
