import Foundation
import ModelFiles
import Testing
import TextDecoding

/// Runs where the base model has been fetched.
@Suite(
  "The vocabulary of SmolLM2",
  .enabled(if: RealVocabulary.path != nil, "the base models are not in the cache: run `caption models pull`"))
struct RealVocabularyTests {
  @Test("gives the ids of tokenizers for 5,000 texts, and their text back")
  func parity() throws {
    let tokenizer = try SubwordTokenizer(gguf: GGUFFile(path: #require(RealVocabulary.path)))
    #expect(tokenizer.vocabularySize == 49_152)
    try tokenizer.prepareToEncode()
    let lines = try TokenizerFixture.lines("strings.jsonl")
    #expect(lines.filter { tokenizer.encode($0.text) != $0.real }.map(\.text) == [])
    let altered = lines.filter { line in
      let decoded = tokenizer.decode(line.real ?? [], skippingSpecialTokens: false)
      return scalars(decoded) != scalars(line.decoded ?? line.text)
    }
    #expect(altered.map(\.text) == [])
  }

  @Test("has no token for 21 byte values")
  func bytesWithoutToken() throws {
    let tokenizer = try SubwordTokenizer(gguf: GGUFFile(path: #require(RealVocabulary.path)))
    let missing = (UInt8.min...UInt8.max).filter { tokenizer.encode(bytes: [$0], parsingSpecialTokens: false).isEmpty }
    #expect(missing.count == 21)
  }
}

private enum RealVocabulary {
  static let path: String? = {
    let environment = ProcessInfo.processInfo.environment
    let cache =
      environment["CAPTION_HOME"] ?? environment["XDG_CACHE_HOME"].map { "\($0)/caption" }
      ?? environment["HOME"].map { "\($0)/.cache/caption" }
    guard let cache else { return nil }
    let path = "\(cache)/models/smollm2-135m-instruct-q4_1/SmolLM2-135M-Instruct.Q4_1.gguf"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()
}
