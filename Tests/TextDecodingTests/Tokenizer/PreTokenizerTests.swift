import Testing
import TextDecoding

@Suite("Pre-tokenisers")
struct PreTokenizerTests {
  private func words(_ text: String, _ preTokenizer: PreTokenizer) -> [String] {
    var text = text
    var words: [String] = []
    text.withUTF8 {
      preTokenizer.forEachWord(in: UTF8Text(UnsafeRawBufferPointer($0))) {
        words.append(String(decoding: $0.bytes, as: UTF8.self))
      }
    }
    return words
  }

  @Test(
    "gpt2 splits by its pattern",
    arguments: [
      ("", []), ("it's", ["it", "'s"]), ("'tis", ["'t", "is"]), ("!'s", ["!'", "s"]), ("'LL", ["'", "LL"]),
      ("we'll 'll", ["we", "'ll", " '", "ll"]), ("a  b", ["a", " ", " b"]), ("a \n b", ["a", " \n", " b"]),
      ("a\nb", ["a", "\n", "b"]), ("a\n\nb", ["a", "\n", "\n", "b"]), ("a   ", ["a", "   "]), (" ", [" "]),
      ("12 345", ["12", " 345"]), ("a1", ["a", "1"]), ("x=-1;", ["x", "=-", "1", ";"]),
      ("a\u{a0}b", ["a", "\u{a0}", "b"]), ("e\u{301}a", ["e", "\u{301}", "a"]), ("犬が 走る", ["犬が", " 走る"]),
    ])
  func gpt2(text: String, expected: [String]) {
    #expect(words(text, .gpt2) == expected)
  }

  @Test(
    "smollm also takes digits one by one, so that no space is joined to them",
    arguments: [
      ("12 345", ["1", "2", " ", "3", "4", "5"]), ("a1b", ["a", "1", "b"]), ("½²", ["½", "²"]),
      ("a  9", ["a", "  ", "9"]),
    ])
  func smollm(text: String, expected: [String]) {
    #expect(words(text, .smollm) == expected)
  }

  @Test("joined, the words are the text")
  func losesNothing() throws {
    for line in try TokenizerFixture.lines("strings.jsonl") {
      #expect(scalars(words(line.text, .smollm).joined()) == scalars(line.text))
    }
  }
}
