import Foundation
import Testing
import TextDecoding

@Suite("Generation options")
struct GenerationOptionsTests {
  @Test(
    "An option outside of its range is refused by name",
    arguments: [
      (GenerationOptions(maximumNewTokens: 0), "maximumNewTokens"),
      (GenerationOptions(maximumNewTokens: -3), "maximumNewTokens"),
      (GenerationOptions(minimumNewTokens: -1), "minimumNewTokens"),
      (GenerationOptions(minimumNewTokens: 9, maximumNewTokens: 8), "minimumNewTokens"),
      (GenerationOptions(repetitionPenalty: 0), "repetitionPenalty"),
      (GenerationOptions(repetitionPenalty: .nan), "repetitionPenalty"),
      (GenerationOptions(noRepeatNGramSize: -1), "noRepeatNGramSize"),
      (GenerationOptions(stopTokens: [-1]), "stopTokens"),
      (GenerationOptions(stopStrings: ["a", ""]), "stopStrings"),
      (GenerationOptions(strategy: .beam(width: 0)), "beam.width"),
      (GenerationOptions(strategy: .beam(width: 257)), "beam.width"),
      (GenerationOptions(strategy: .beam(width: 2, lengthPenalty: .infinity)), "beam.lengthPenalty"),
      (GenerationOptions(strategy: .beam(width: 2, returnSequences: 3)), "beam.returnSequences"),
      (GenerationOptions(strategy: .sample(temperature: 0)), "sample.temperature"),
      (GenerationOptions(strategy: .sample(temperature: .nan)), "sample.temperature"),
      (GenerationOptions(strategy: .sample(topK: 0)), "sample.topK"),
      (GenerationOptions(strategy: .sample(topP: 0)), "sample.topP"),
      (GenerationOptions(strategy: .sample(topP: 1.01)), "sample.topP"),
    ])
  func refused(options: GenerationOptions, name: String) throws {
    let error = #expect(throws: GenerationError.self) { try options.validate() }
    guard case .invalidOption(name, _, _) = try #require(error) else {
      Issue.record("\(name) was expected, not \(String(describing: error))")
      return
    }
  }

  @Test("The message names option, value and what is allowed")
  func message() {
    let error = #expect(throws: GenerationError.self) { try GenerationOptions(maximumNewTokens: 0).validate() }
    #expect(error?.description == "generation option maximumNewTokens is 0: give 1 or more")
  }

  @Test(
    "Options survive JSON",
    arguments: [
      GenerationOptions(),
      GenerationOptions(
        strategy: .beam(width: 5, lengthPenalty: 0.6, earlyStopping: .never, returnSequences: 2), stopTokens: [2]),
      GenerationOptions(strategy: .sample(temperature: 0.7, topK: 5, topP: 0.9, seed: .max), stopStrings: ["\n"]),
    ])
  func json(options: GenerationOptions) throws {
    let data = try JSONEncoder().encode(options)
    #expect(try JSONDecoder().decode(GenerationOptions.self, from: data) == options)
  }

  @Test("What JSON leaves out has its default")
  func defaults() throws {
    let json = Data(#"{"strategy": {"name": "beam", "width": 3}}"#.utf8)
    let options = try JSONDecoder().decode(GenerationOptions.self, from: json)
    #expect(options == GenerationOptions(strategy: .beam(width: 3)))
  }
}
