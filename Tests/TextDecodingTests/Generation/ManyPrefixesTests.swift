import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Many prefixes in one batch")
struct ManyPrefixesTests {
  /// Sixteen of sixteen lengths, 0 among them, each with a prompt of one of five lengths.
  private let prefixes = (0..<16).map { row in
    Prefix(keysValues: .random([3, 2, 2, (row * 7) % 16, 16], seed: UInt64(row)))
  }
  private let prompts = (0..<16).map { row in (0...row % 5).map { 3 + (row * 29 + $0 * 13) % 150 } }

  private static let strategies: [DecodingStrategy] = [.greedy, .beam(width: 3), .sample(temperature: 0.8, seed: 4)]

  @Test(
    "16 rows of other prefixes, lengths and prompts are those of 16 single runs, token for token", arguments: strategies
  )
  func rowsAreThoseOfSingleRuns(strategy: DecodingStrategy) throws {
    let model = try TinyLlama.model()
    // Rows that end leave the batch; the others go on.
    let options = GenerationOptions(strategy: strategy, maximumNewTokens: 24, stopTokens: Array(0..<8))
    let together = try model.generate(from: prefixes, startTokens: prompts, options: options)
    let alone = try (0..<16).map { row in
      try model.generate(
        from: [prefixes[row]], startTokens: [prompts[row]], options: options, rowSeeds: [UInt64(row)])[0]
    }
    #expect(Set(prefixes.map(\.length)) == Set(0..<16))
    #expect(together.map(\.tokens) == alone.map(\.tokens))
    #expect(Set(together.map(\.tokens.count)).count > 3)
    #expect(Set(together.map(\.tokens)).count == 16)
  }

  @Test("a prefix and its prompt go on as the text of both does")
  func textPrefix() throws {
    let model = try TinyLlama.model()
    let text = [17, 90, 41, 12, 8, 100]
    let options = GenerationOptions(maximumNewTokens: 16)
    let whole = try generate(
      from: DecoderStepper(decoder: model, cache: model.cache(prefixes: [nil])), startTokens: [text], options: options)
    for split in 1..<text.count {
      let prefix = try model.prefix(of: Array(text[..<split]))
      let made = try model.generate(from: [prefix], startTokens: [Array(text[split...])], options: options)
      #expect(made[0].tokens == whole[0].tokens)
    }
  }
}
