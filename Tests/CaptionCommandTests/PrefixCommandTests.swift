import Foundation
import TestSupport
import Testing

@Suite("caption prefix")
struct PrefixCommandTests {
  private let expected: [TinyCaptioner.Expected]
  /// In f32, as the reference computes.
  private let model = ["--model", TinyCaptioner.path, "--precision", "f32"]

  init() throws { expected = try TinyCaptioner.expected() }

  private func run(_ directory: URL, _ arguments: String...) throws -> CommandRun {
    try CommandRun(["prefix"] + arguments, currentDirectory: directory)
  }

  /// The same, with the tiny captioner.
  private func make(_ directory: URL, _ arguments: String..., extra: [String] = []) throws -> CommandRun {
    try CommandRun(["prefix"] + arguments + extra + model, currentDirectory: directory)
  }

  private struct Line: Decodable {
    let path, caption, finish_reason: String
    let confidence: Double
    let tokens: [Int]
    let token_log_probabilities: [Double]
    let prefix_length: Int
  }

  private func lines(_ run: CommandRun) throws -> [Line] {
    try run.outputLines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  @Test("prefixes of photos give the photos' captions, one alone and all in one batch")
  func photos() throws {
    try withTemporaryDirectory { directory in
      let names = try expected.enumerated().map { index, photo in
        let made = try make(directory, "from-image", photo.path, "-o", "\(index).safetensors")
        #expect(made.exitCode == 0, "\(made.standardError)")
        #expect(made.standardError.contains("4 positions of 3 layers, 2 key/value heads of 16"))
        #expect(made.standardOutput == "")
        return "\(index).safetensors"
      }
      let one = try make(directory, "apply", names[0])
      #expect(one.standardOutput == expected[0].greedy.text + "\n")
      let all = try make(directory, "apply", extra: names)
      #expect(all.outputLines == zip(names, expected).map { "\($0)\t\($1.greedy.text)" })
      let beams = try make(directory, "apply", "--beams", "3", extra: names)
      #expect(beams.outputLines == zip(names, expected).map { "\($0)\t\($1.beam3.text)" })
      let json = try lines(make(directory, "apply", "--json", extra: names))
      #expect(json.map(\.path) == names)
      #expect(json.map(\.caption) == expected.map(\.greedy.text))
      #expect(json.map(\.tokens) == expected.map(\.greedy.tokens))
      #expect(json.allSatisfy { $0.prefix_length == 4 && $0.token_log_probabilities.count == $0.tokens.count })
      #expect(json.map(\.finish_reason) == expected.map { $0.greedy.tokens.last == 2 ? "stopToken" : "length" })
    }
  }

  @Test("a text cut in two goes on the same wherever it is cut, special tokens and all")
  func texts() throws {
    try withTemporaryDirectory { directory in
      let parts = [("<|im_start|>A dog", " is on the beach"), ("<|im_start|>A dog is on", " the beach")]
      for (index, part) in parts.enumerated() {
        let made = try make(directory, "from-text", part.0, "-o", "\(index)", "--quiet")
        #expect(made.exitCode == 0 && made.standardError == "", "\(made.standardError)")
      }
      let found = try lines(
        make(directory, "apply", "0", "1", "--json", "--prompt", parts[0].1, "--prompt", parts[1].1))
      #expect(found.count == 2)
      #expect(found[0].tokens == found[1].tokens)
      #expect(found[0].prefix_length < found[1].prefix_length)
      // The prompt is heard.
      let other = try lines(make(directory, "apply", "0", "1", "--json", "--prompt", " a"))
      #expect(other[0].tokens != found[0].tokens)
    }
  }

  @Test("inspect tells shape, origin and decoder, as text and as JSON")
  func inspect() throws {
    struct Told: Decodable {
      let path, origin, base_name, base_sha256: String
      let length, layers, key_value_heads, head_dimension: Int
    }
    try withTemporaryDirectory { directory in
      _ = try make(directory, "from-image", expected[0].path, "-o", "p")
      _ = try CommandRun(
        ["prefix", "from-text", "-", "-o", "t"] + model, input: Data("ab\n".utf8), currentDirectory: directory)
      let text = try run(directory, "inspect", "p").standardOutput
      #expect(text.hasPrefix("p\n  4 positions of 3 layers"))
      #expect(text.contains("image astronaut.png") && text.contains("tiny.gguf"))
      let told = try run(directory, "inspect", "--json", "p", "t").outputLines
        .map { try JSONDecoder().decode(Told.self, from: Data($0.utf8)) }
      #expect(told.map(\.path) == ["p", "t"])
      #expect(told.map(\.origin) == ["image astronaut.png", "text ab"])
      #expect(told.map { [$0.layers, $0.key_value_heads, $0.head_dimension] } == [[3, 2, 16], [3, 2, 16]])
      #expect(told[0].length == 4 && told[1].length >= 1)
      let manifest = String(decoding: try Fixture.data("tiny-captioner/captioner.json"), as: UTF8.self)
      #expect(manifest.contains(told[0].base_sha256))
    }
  }

  @Test("inspect keeps a long text of many lines to one short line")
  func inspectedText() throws {
    try withTemporaryDirectory { directory in
      _ = try make(directory, "from-text", "a\u{1B}[2J\nb" + String(repeating: "c", count: 300), "-o", "t")
      let told = try run(directory, "inspect", "t").outputLines
      #expect(told.count == 4)
      #expect(told[2].hasPrefix("  origin   text a [2J bccc") && told[2].hasSuffix("…") && told[2].count < 230)
    }
  }

  @Test("concat joins prefixes, which then are generated from as one")
  func concat() throws {
    try withTemporaryDirectory { directory in
      _ = try make(directory, "from-image", expected[0].path, "-o", "p")
      _ = try make(directory, "from-text", "A dog", "-o", "t")
      let joined = try make(directory, "concat", "t", "p", "-o", "both")
      #expect(joined.exitCode == 0, "\(joined.standardError)")
      #expect(try run(directory, "inspect", "both").standardOutput.contains("concat of t, p"))
      let found = try lines(make(directory, "apply", "t", "p", "both", "--json"))
      #expect(found[2].prefix_length == found[0].prefix_length + found[1].prefix_length)
      #expect(found[2].tokens != found[1].tokens)
    }
  }

  @Test("an exported prefix is imported as it was")
  func peft() throws {
    try withTemporaryDirectory { directory in
      _ = try make(directory, "from-image", expected[0].path, "-o", "p")
      let exported = try run(directory, "export", "p", "--peft", "adapter", "--base-model", "org/tiny")
      #expect(exported.exitCode == 0, "\(exported.standardError)")
      let configuration = try String(
        decoding: Data(contentsOf: directory.appending(path: "adapter/adapter_config.json")), as: UTF8.self)
      #expect(configuration.contains("\"base_model_name_or_path\" : \"org/tiny\""))
      let imported = try make(directory, "import", "adapter", "-o", "back")
      #expect(imported.exitCode == 0, "\(imported.standardError)")
      let found = try make(directory, "apply", "back")
      #expect(found.standardOutput == expected[0].greedy.text + "\n")
    }
  }

  @Test("a prefix of another decoder is refused with 65, both named")
  func otherDecoder() throws {
    try withTemporaryDirectory { directory in
      _ = try make(directory, "from-text", "ab", "-o", "p")
      let file = directory.appending(path: "p")
      let hash = try #require(
        String(decoding: Fixture.data("tiny-captioner/captioner.json"), as: UTF8.self)
          .firstMatch(of: /gguf",\s+"family": "llama",\s+"sha256": "([0-9a-f]+)"/)?.1)
      let bytes = try Data(contentsOf: file)
      let place = try #require(bytes.range(of: Data(hash.utf8)))
      try bytes.replacing(place, with: Data(String(repeating: "0", count: 64).utf8)).write(to: file)
      for run in [try make(directory, "apply", "p"), try make(directory, "concat", "p", "p", "-o", "q")] {
        #expect(run.exitCode == 65)
        #expect(run.standardError.contains(hash) && run.standardError.contains(String(repeating: "0", count: 64)))
        #expect(run.standardOutput == "")
      }
      #expect(!FileManager.default.fileExists(atPath: directory.appending(path: "q").path(percentEncoded: false)))
    }
  }

  @Test("what is not there ends with 66, and what is no prefix with 65")
  func unusableFiles() throws {
    try withTemporaryDirectory { directory in
      #expect(try make(directory, "apply", "missing").exitCode == 66)
      #expect(try run(directory, "inspect", "missing").exitCode == 66)
      #expect(try make(directory, "import", "missing", "-o", "p").exitCode == 66)
      let mapper = TinyCaptioner.path + "/mapper.safetensors"
      let other = try make(directory, "apply", mapper)
      #expect(other.exitCode == 65)
      #expect(other.standardError.contains("mapper.safetensors: no prefix"))
      let photo = try make(directory, "from-image", mapper, "-o", "p")
      #expect(photo.exitCode == 65, "\(photo.standardError)")
    }
  }

  @Test(
    "wrong usage ends with 64",
    arguments: [
      (["apply", "a", "b", "c", "--prompt", "x", "--prompt", "y"], "--prompt"),
      (["apply", "a", "--prompt", ""], "--prompt"),
      (["concat", "a", "-o", "b"], "at least two"), (["from-text", "", "-o", "b"], "empty"), (["apply"], "files"),
      (["from-image", "a"], "--output"), (["export", "a"], "--peft"), (["inspect"], "files"),
    ])
  func usage(arguments: [String], message: String) throws {
    let takesModel = !["export", "inspect"].contains(arguments[0])
    let run = try CommandRun(["prefix"] + arguments + (takesModel ? model : []))
    #expect(run.exitCode == 64, "\(run.standardError)")
    #expect(run.standardError.contains(message))
  }
}

extension Data {
  fileprivate func replacing(_ range: Range<Int>, with bytes: Data) -> Data {
    var copy = self
    copy.replaceSubrange(range, with: bytes)
    return copy
  }
}
