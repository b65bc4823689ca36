import Foundation
import TestSupport
import Testing
import TextDecoding

@Suite("Character classes")
struct CharacterClassTests {
  @Test("are those of tokenizers for every code point of Unicode")
  func allCodePoints() throws {
    let runs = try #require(JSONSerialization.jsonObject(with: Fixture.data("tokenizer/classes.json")) as? [[Any]])
    let starts = try runs.map { try #require($0[0] as? Int) } + [0x110000]
    var different: [String] = []
    var seen = 0
    for (index, run) in runs.enumerated() {
      let expected = try #require(run[1] as? String)
      for value in starts[index]..<starts[index + 1] {
        guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
        seen += 1
        if letters(scalar) != expected {
          different.append("\(String(value, radix: 16)): \(letters(scalar)) for \(expected)")
        }
      }
    }
    #expect(seen == 0x110000 - 0x800)
    #expect(different == [])
  }

  /// The class as the fixture spells it: L, N, S or O, then d for digits, w for word characters.
  private func letters(_ scalar: Unicode.Scalar) -> String {
    let kind =
      switch CharacterClass(scalar) {
      case .letter: "L"
      case .number: "N"
      case .whitespace: "S"
      case .other: "O"
      }
    return kind + (scalar.isDigit ? "d" : "") + (scalar.isWordCharacter ? "w" : "")
  }

  @Test("of ASCII agree whether asked by byte or by character")
  func ascii() {
    for byte in UInt8(0)..<0x80 { #expect(CharacterClass(ascii: byte) == CharacterClass(Unicode.Scalar(byte))) }
  }
}
