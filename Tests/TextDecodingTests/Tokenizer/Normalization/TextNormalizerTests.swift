import Foundation
import TestSupport
import Testing
import TextDecoding

@Suite("Normalisers")
struct TextNormalizerTests {
  static let steps: [String: TextNormalizer.Step] = [
    "NFC": .unicode(.composed), "NFD": .unicode(.decomposed), "NFKC": .unicode(.compatiblyComposed),
    "NFKD": .unicode(.compatiblyDecomposed), "Lowercase": .lowercase, "StripAccents": .stripAccents,
  ]

  private func normalized(_ text: String, _ steps: TextNormalizer.Step...) -> String {
    String(decoding: TextNormalizer(steps).normalize(Array(text.utf8)), as: UTF8.self)
  }

  @Test("give what tokenizers gives for every code point of Unicode", arguments: Self.steps.keys.sorted())
  func allCodePoints(name: String) throws {
    let blocks = try JSONDecoder().decode(
      [String: [String]].self, from: Fixture.data("tokenizer-kinds/normalization.json"))
    let step = try #require(Self.steps[name])
    let expected = try #require(blocks[name])
    #expect(expected.count == 0x110)
    let different = expected.indices.filter { block in
      let scalars = (block << 12..<(block + 1) << 12).compactMap { Unicode.Scalar(UInt32($0)) }
      let normalizer = TextNormalizer([step])
      return FNV.digest(scalars.flatMap { normalizer.normalize(Array(String($0).utf8)) + [0xff] }) != expected[block]
    }
    #expect(different.map { String($0 << 12, radix: 16) } == [])
  }

  @Test("give what tokenizers gives for marks in any order", arguments: Self.steps.keys.sorted())
  func texts(name: String) throws {
    let step = try #require(Self.steps[name])
    let lines = try Fixture.data("tokenizer-kinds/normalization.jsonl").split(separator: UInt8(ascii: "\n"))
    #expect(lines.count > 400)
    for line in lines {
      let row = try JSONDecoder().decode([String: String].self, from: line)
      let text = try #require(row["text"])
      #expect(scalars(normalized(text, step)) == scalars(row[name] ?? text), "\(scalars(text))")
    }
  }

  @Test("replace, strip and prepend")
  func textSteps() {
    #expect(normalized("a b b", .replace(Array("b".utf8), by: Array("cc".utf8))) == "a cc cc")
    #expect(normalized("a  b   c d ", .replaceSpaceRuns(by: Array("_".utf8))) == "a_b_c d ")
    #expect(normalized(" \u{3000}a\n", .strip(left: true, right: false)) == "a\n")
    #expect(normalized(" a\u{a0}\n", .strip(left: false, right: true)) == " a")
    #expect(normalized(" \n", .strip(left: true, right: true)) == "")
    #expect(normalized("a", .prepend([0x5f])) == "_a")
    #expect(normalized("", .prepend([0x5f])) == "")
  }

  @Test("leave bytes that are not UTF-8 as they are")
  func invalidBytes() {
    let text: [UInt8] = [0x65, 0xcc, 0x81, 0xff, 0xcc, 0x81, 0xe4, 0xb8]
    #expect(TextNormalizer([.unicode(.composed)]).normalize(text) == [0xc3, 0xa9, 0xff, 0xcc, 0x81, 0xe4, 0xb8])
  }

  @Test("a table of characters with a broken trie neither crashes nor is taken where its sizes contradict each other")
  func brokenTable() {
    #expect(PrecompiledCharacterMap([UInt8]()) == nil)
    #expect(PrecompiledCharacterMap([8, 0, 0, 0, 1, 2, 3, 4]) == nil)
    var generator = SplitMix64(state: 3)
    for _ in 0..<500 {
      let units = (0..<64).map { _ in UInt8.random(in: 0...255, using: &generator) }
      guard let map = PrecompiledCharacterMap([64, 0, 0, 0] + units + [0x61, 0]) else {
        Issue.record("refused")
        return
      }
      let text = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
      _ = TextNormalizer([.precompiled(map)]).normalize(text)
      let normalizer = SentencePieceNormalizer(map: map, removesExtraSpaces: true, prependsSpace: true)
      #expect(TextNormalizer([.sentencePiece(normalizer)]).normalize(text).count < 1 << 16)
    }
  }
}
