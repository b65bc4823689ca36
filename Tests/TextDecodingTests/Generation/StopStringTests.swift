import Testing
import TextDecoding

@Suite("Stop strings")
struct StopStringTests {
  /// Says `pieces` one after the other, then over again.
  private func say(
    _ pieces: [String], stop: [String], strategy: DecodingStrategy = .greedy,
    onToken: ((GeneratedToken) throws -> Void)? = nil
  ) throws -> GeneratedSequence {
    let count = pieces.count
    let stepper = FunctionStepper(rowCount: 1, vocabularySize: count + 1) { tokens in
      (0...count).map { $0 == (tokens.count - 1) % count ? 9 : 0 }
    }
    return try generate(
      from: stepper, startTokens: [[count]], options: .init(strategy: strategy, maximumNewTokens: 8, stopStrings: stop),
      tokenBytes: { $0 < count ? Array(pieces[$0].utf8) : [] }, onToken: onToken)[0]
  }

  private func text(_ sequence: GeneratedSequence) -> String? {
    sequence.textBytes.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("One that spans three tokens is cut from the text", arguments: [DecodingStrategy.greedy, .beam(width: 2)])
  func spansTokens(strategy: DecodingStrategy) throws {
    let made = try say(["a ", "dog", " E", "N", "D!"], stop: ["END"], strategy: strategy)
    #expect(text(made) == "a dog ")
    #expect(made.textTokens == [0, 1])
    #expect(made.tokens == [0, 1, 2, 3, 4])
    #expect(made.finishReason == .stopString)
  }

  @Test("One within a token cuts that token")
  func withinToken() throws {
    let made = try say(["a dog. A", " cat"], stop: ["."])
    #expect(text(made) == "a dog")
    #expect(made.textTokens == [])
    #expect(made.tokens == [0])
  }

  @Test("Of several in one token, the first in the text counts")
  func firstOfSeveral() throws {
    #expect(text(try say(["x", "y;z."], stop: [".", ";"])) == "xy")
  }

  @Test("A beginning that comes to nothing leaves the text whole")
  func falseAlarm() throws {
    let made = try say(["E", "N", "E", "N", "D"], stop: ["END"])
    #expect(text(made) == "EN")
    #expect(made.textTokens == [0, 1])
  }

  @Test("One that the text never holds changes nothing")
  func absent() throws {
    let made = try say(["a", "b"], stop: ["aa", "bb"])
    #expect(text(made) == "abababab")
    #expect(made.finishReason == .length)
  }

  @Test("One that is not ASCII is found across the bytes of a character")
  func nonASCII() throws {
    #expect(text(try say(["caf", "é", "s"], stop: ["és"])) == "caf")
  }

  @Test("Tokens that may belong to one are held back until it is certain")
  func heldBack() throws {
    var told: [Int] = []
    let made = try say(["a ", "E", "N", "x", "E", "N", "D"], stop: ["END"], onToken: { told.append($0.token) })
    #expect(told == [0, 1, 2, 3])
    #expect(made.textTokens == told)
    #expect(text(made) == "a ENx")
  }
}
