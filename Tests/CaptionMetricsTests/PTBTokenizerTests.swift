import CaptionMetrics
import Foundation
import TestSupport
import Testing

@Suite("PTB tokens")
struct PTBTokenizerTests {
  private struct Line: Decodable {
    let text: String
    let tokens: [String]
  }

  @Test("are those of the COCO evaluation for nasty strings")
  func parity() throws {
    let lines = try Fixture.data("caption-metrics/tokens.jsonl").split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(Line.self, from: $0)
    }
    #expect(lines.count > 1_000)
    let different = lines.filter { PTBTokenizer.tokens($0.text) != $0.tokens }
    #expect(different.map { "\($0.text): \(PTBTokenizer.tokens($0.text)), not \($0.tokens)" } == [])
  }

  @Test(
    "of no text, white space and punctuation are none",
    arguments: ["", "  \t ", "\n", ". , ! ? ... -- ' \"", "\u{AD}\u{AD} \u{AD}"])
  func nothing(text: String) {
    #expect(PTBTokenizer.tokens(text) == [])
  }

  @Test("of lines are those of one line")
  func lineBreak() {
    #expect(PTBTokenizer.tokens("A dog\nruns.\n") == ["a", "dog", "runs"])
  }

  @Test("are found at the end of any beginning of a text")
  func prefixes() throws {
    // Rules look ahead, which must not read past the end nor stand still there.
    let text = "T. A U.S. no. 5 'tis don't 3 1/2 (555) 555-1234 http://a.bc/d a@b.c <a b> ^_^ :-) &amp; . . . 5-6."
    for count in 0...text.count {
      let prefix = String(text.prefix(count))
      #expect(PTBTokenizer.tokens(prefix) == PTBTokenizer.tokens(prefix + "\n"))
    }
  }
}
