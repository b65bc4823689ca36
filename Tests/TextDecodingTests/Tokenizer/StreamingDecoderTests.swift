import Testing
import TextDecoding

@Suite("Streaming decoder")
struct StreamingDecoderTests {
  private static let tokenizer = TokenizerFixture.small()

  private func stream(_ bytes: [UInt8]) -> [String] {
    var decoder = StreamingDecoder(Self.tokenizer)
    return bytes.map { decoder.append(Int($0)) } + [decoder.finish()]
  }

  @Test("holds a character back until it is complete")
  func holdsBack() {
    #expect(stream(Array("aé犬🐕".utf8)) == ["a", "", "é", "", "", "犬", "", "", "", "🐕", ""])
  }

  @Test("turns a character that was never completed into one U+FFFD at the end")
  func unfinished() {
    #expect(stream([0x61, 0xf0, 0x9f, 0x90]) == ["a", "", "", "", "\u{fffd}"])
  }

  @Test("does not wait for bytes that could not complete a character")
  func impossibleStarts() {
    #expect(stream([0xff]) == ["\u{fffd}", ""])
    #expect(stream([0xed, 0xa0]) == ["", "\u{fffd}\u{fffd}", ""])
    #expect(stream([0xe0, 0x80]) == ["", "\u{fffd}\u{fffd}", ""])
    #expect(stream([0xf4, 0x90]) == ["", "\u{fffd}\u{fffd}", ""])
    #expect(stream([0xc3, 0x61]) == ["", "\u{fffd}a", ""])
  }

  @Test("gives in parts what decoding gives as a whole, for any bytes")
  func equalsWhole() {
    var generator = SplitMix64(state: 1)
    let likely: [UInt8] = [
      0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xee, 0xf0, 0xf3, 0xf4, 0xf5,
    ]
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 1...9, using: &generator)).map { _ in likely.randomElement(using: &generator) ?? 0
      }
      let whole = Self.tokenizer.decode(bytes.map(Int.init))
      #expect(scalars(stream(bytes).joined()) == scalars(whole))
    }
  }

  @Test("gives the texts of the reference for tokens of a real kind, without special ones")
  func equalsReference() throws {
    let tokenizer = try TokenizerFixture.gguf("smollm.gguf")
    for line in try TokenizerFixture.lines("decoding.jsonl") {
      var decoder = StreamingDecoder(tokenizer)
      let text = (line.ids ?? []).map { decoder.append($0) }.joined() + decoder.finish()
      #expect(scalars(text) == scalars(line.withoutSpecial ?? line.text))
    }
  }

  @Test("can be used again after finishing")
  func reuse() {
    var decoder = StreamingDecoder(Self.tokenizer)
    _ = decoder.append(0xc3)
    #expect(decoder.finish() == "\u{fffd}")
    #expect(decoder.append(0x61) == "a")
  }
}
