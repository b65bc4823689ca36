import Datasets
import Testing

@Suite("Caption cleaning")
struct CaptionCleaningTests {
  @Test(
    "A sentence begins with a capital and ends with one full stop that touches its last word",
    arguments: [
      ("a dog runs .", "A dog runs."), (" A dog runs\n", "A dog runs."), ("a dog..", "A dog.."), ("éclair", "Éclair."),
      ("ßa", "SSa."), ("\u{1C}a\u{A0}.\u{3000}", "A."), (".", "."), ("", "."), ("a dog!", "A dog!."),
      ("e\u{301}tude", "E\u{301}tude."), ("a .\u{301}", "A .\u{301}."), ("\r\na\r\n", "A."),
    ])
  func sentence(caption: String, expected: String) {
    #expect(Array(CaptionCleaning.sentence(caption).unicodeScalars) == Array(expected.unicodeScalars))
  }

  @Test("Without cleaning only the space around is removed")
  func none() {
    #expect(CaptionCleaning.none("\t a dog  runs . \r\n") == "a dog  runs .")
  }
}
