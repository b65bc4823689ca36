import Foundation
import ModelFiles
import TestSupport
import Testing
import TextDecoding

@Suite("Byte-level BPE")
struct SubwordTokenizerTests {
  /// The file and where in a line its ids are.
  static let parity: [(file: String, ids: @Sendable (EncodedText) -> [Int]?)] = [
    ("smollm.gguf", { $0.smollm }), ("gpt2.gguf", { $0.gpt2 ?? $0.smollm }), ("smollm.json", { $0.smollm }),
  ]

  static func open(_ file: String) throws -> SubwordTokenizer {
    if file.hasSuffix(".gguf") { return try TokenizerFixture.gguf(file) }
    return try SubwordTokenizer(tokenizerJSON: TokenizerFixture.path(file))
  }

  @Test("gives the ids of tokenizers for 5,000 texts of every kind", arguments: 0..<3)
  func encodesAsReference(index: Int) throws {
    let (file, ids) = Self.parity[index]
    let tokenizer = try Self.open(file)
    let lines = try TokenizerFixture.lines("strings.jsonl")
    #expect(lines.count == 5000)
    let different = lines.filter { tokenizer.encode($0.text) != ids($0) }
    #expect(different.map(\.text) == [])
  }

  @Test("decodes what it encoded to the same text, but for bytes without a token", arguments: 0..<3)
  func decodesAsReference(index: Int) throws {
    let tokenizer = try Self.open(Self.parity[index].file)
    let different = try TokenizerFixture.lines("strings.jsonl").filter { line in
      let decoded = tokenizer.decode(tokenizer.encode(line.text), skippingSpecialTokens: false)
      return scalars(decoded) != scalars(line.decoded ?? line.text)
    }
    #expect(different.map(\.text) == [])
  }

  @Test("decodes tokens in any order as tokenizers does, with and without special ones")
  func decodesAnyTokens() throws {
    let tokenizer = try TokenizerFixture.gguf("smollm.gguf")
    let lines = try TokenizerFixture.lines("decoding.jsonl")
    #expect(lines.count == 300)
    for line in lines {
      let ids = try #require(line.ids)
      #expect(scalars(tokenizer.decode(ids, skippingSpecialTokens: false)) == scalars(line.text))
      #expect(scalars(tokenizer.decode(ids)) == scalars(line.withoutSpecial ?? line.text))
    }
  }

  @Test("knows its special tokens by id and by spelling")
  func specialTokens() throws {
    let tokenizer = try TokenizerFixture.gguf("smollm.gguf")
    #expect(tokenizer.id(ofSpecial: "<|im_end|>") == 2)
    #expect(tokenizer.id(ofSpecial: "the") == nil)
    #expect((0..<6).map(tokenizer.isSpecial) == [true, true, true, false, false, false])
    #expect(!tokenizer.isSpecial(-1) && !tokenizer.isSpecial(.max))
    #expect(tokenizer.beginningOfSequence == 1 && tokenizer.endOfSequence == 2)
  }

  @Test("leaves the spelling of a special token as text where asked to")
  func specialTokensAsText() throws {
    let tokenizer = try TokenizerFixture.gguf("smollm.gguf")
    let ids = tokenizer.encode("<|im_end|>", parsingSpecialTokens: false)
    #expect(ids.count > 1 && !ids.contains(2))
    #expect(tokenizer.decode(ids) == "<|im_end|>")
    #expect(tokenizer.encode("<|im_end|>") == [2])
  }

  @Test("gives the bytes of a token, and none for ids that do not exist")
  func bytesOfToken() throws {
    let tokenizer = try TokenizerFixture.gguf("smollm.gguf")
    #expect(tokenizer.bytes(of: tokenizer.encode(" ")[0]) == [0x20])
    #expect(tokenizer.bytes(of: 2) == Array("<|im_end|>".utf8))
    for id in [-1, tokenizer.vocabularySize, .max, .min] { #expect(tokenizer.bytes(of: id) == []) }
    #expect(tokenizer.decode([-1, tokenizer.vocabularySize]) == "")
  }

  @Test("encodes bytes that are not UTF-8, each for itself, and restores them")
  func invalidUTF8() {
    let tokenizer = TokenizerFixture.small()
    let inputs: [[UInt8]] = [
      [0xff], [0xc3], [0xc3, 0x28], [0xe4, 0xb8], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80],
      [0x80, 0x41],
      [0x20, 0xff, 0x20], Array(UInt8.min...UInt8.max),
    ]
    for input in inputs {
      #expect(tokenizer.encode(bytes: input, parsingSpecialTokens: true).flatMap { tokenizer.bytes(of: $0) } == input)
    }
  }

  @Test("tells apart spellings that Unicode holds equal")
  func canonicallyEquivalentTokens() {
    // "Å" composed is the bytes c3 85, in the alphabet "Ãħ"; decomposed it is "A" and cc 8a.
    let merges = [("\u{c3}", "\u{127}"), ("\u{cc}", "\u{12c}"), ("A", "\u{cc}\u{12c}")]
    let tokens = merges.map { $0.0 + $0.1 }
    let tokenizer = TokenizerFixture.small(tokens, merges: merges, preTokenizer: PreTokenizer([]))
    #expect(tokenizer.encode("\u{c5}") == [256])
    #expect(tokenizer.encode("A\u{30a}") == [258])
  }

  @Test("takes words without spaces in time that grows little faster than their length")
  func longWord() throws {
    let tokenizer = try TokenizerFixture.gguf("smollm.gguf")
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

  @Test("makes its tables once, whichever of many threads encodes first")
  func firstEncodeOnManyThreads() async throws {
    let tokenizer = try TokenizerFixture.gguf("smollm.gguf")
    let results = await withTaskGroup(of: [Int].self) { group in
      for _ in 0..<16 { group.addTask { tokenizer.encode("a dog on the beach") } }
      return await group.reduce(into: Set<[Int]>()) { $0.insert($1) }
    }
    #expect(results == [tokenizer.encode("a dog on the beach")])
  }

  @Test("leaves out merges of unknown tokens and says so when asked")
  func brokenMerges() {
    let tokenizer = TokenizerFixture.small(["ab"], merges: [("a", "zz"), ("a", "b")])
    #expect(tokenizer.encode("ab") == [256])
    #expect {
      try tokenizer.prepareToEncode()
    } throws: {
      "\($0)".contains("small: value of 'merges' has merge 0 of 'a' and 'zz'")
    }
  }
}
