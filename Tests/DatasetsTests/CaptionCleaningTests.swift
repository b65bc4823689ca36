import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Caption cleaning")
struct CaptionCleaningTests {
  /// What Python does; see the fixture's SCHEMA.md.
  private struct Cases: Decodable {
    let spaces: Set<UInt32>
    let uppercase: [String: String]
    let sentences: [[String]]

    static func read() throws -> Cases {
      try JSONDecoder().decode(Cases.self, from: Fixture.data("caption-cleaning/cases.json"))
    }
  }

  private static func isSame(_ a: String, _ b: String) -> Bool {
    // Not `==`, for which strings are equal that differ in normal form.
    a.unicodeScalars.elementsEqual(b.unicodeScalars)
  }

  @Test(
    "A sentence begins with a capital and ends with one full stop that touches its last word",
    arguments: [("a dog runs .", "A dog runs."), (" A dog runs\n", "A dog runs."), ("a dog!", "A dog!."), ("", ".")])
  func sentence(caption: String, expected: String) {
    #expect(CaptionCleaning.sentence(caption) == expected)
  }

  @Test("Without cleaning only the space around is removed")
  func none() {
    #expect(CaptionCleaning.none("\t a dog  runs . \r\n") == "a dog  runs .")
  }

  @Test("Sentences are those of the reference trainer")
  func reference() throws {
    for pair in try Cases.read().sentences {
      #expect(Self.isSame(CaptionCleaning.sentence(pair[0]), pair[1]), "\(pair)")
    }
  }

  @Test("White space is what Python strips, no more and no less")
  func spaces() throws {
    let spaces = try Cases.read().spaces
    // Beyond lies no white space: U+3000 is the last.
    for scalar in (0..<0x1_1000).compactMap(Unicode.Scalar.init) {
      let isRemoved = CaptionCleaning.none(String(Character(scalar))).isEmpty
      #expect(isRemoved == spaces.contains(scalar.value), "U+\(String(scalar.value, radix: 16))")
    }
  }

  @Test("Capitals of more than one letter are Python's")
  func uppercase() throws {
    for (letter, capital) in try Cases.read().uppercase {
      #expect(Self.isSame(CaptionCleaning.sentence(letter), capital + "."), "\(letter)")
    }
  }
}
