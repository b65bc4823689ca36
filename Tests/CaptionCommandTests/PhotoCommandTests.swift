import Foundation
import TestSupport
import Testing

@Suite("caption photo")
struct PhotoCommandTests {
  private let expected: [TinyCaptioner.Expected]
  /// In f32, as the reference computes.
  private let model = ["--model", TinyCaptioner.path, "--precision", "f32"]

  init() throws { expected = try TinyCaptioner.expected() }

  @Test("one photo gives its caption alone")
  func onePhoto() throws {
    let run = try CommandRun(model + [expected[0].path])
    #expect(run.standardOutput == expected[0].greedy.text + "\n")
    #expect(run.standardError == "")
    #expect(run.exitCode == 0)
  }

  @Test("several photos give path, tab and caption in the order of the arguments")
  func severalPhotos() throws {
    let reversed = Array(expected.reversed())
    let run = try CommandRun(model + reversed.map(\.path))
    #expect(run.outputLines == reversed.map { "\($0.path)\t\($0.greedy.text)" })
    #expect(run.exitCode == 0)
  }

  @Test("beam search gives the reference's captions")
  func beams() throws {
    let run = try CommandRun(model + ["--beams", "3"] + expected.map(\.path))
    #expect(run.outputLines == expected.map { "\($0.path)\t\($0.beam3.text)" })
  }

  @Test("standard input is read for -")
  func standardInput() throws {
    let photo = try Data(contentsOf: URL(filePath: expected[1].path))
    let run = try CommandRun(model + ["-"], input: photo)
    #expect(run.standardOutput == expected[1].greedy.text + "\n")
  }

  @Test("a bad file is reported, the others are captioned, and the exit code is 1")
  func badFile() throws {
    let run = try CommandRun(model + [expected[0].path, "missing.jpg", expected[1].path])
    #expect(run.outputLines == expected[..<2].map { "\($0.path)\t\($0.greedy.text)" })
    #expect(run.standardError.contains("missing.jpg: no such file"))
    #expect(run.exitCode == 1)
  }

  @Test("an address is refused by name")
  func address() throws {
    let run = try CommandRun(model + ["https://example.org/photo.jpg"])
    #expect(run.standardError.contains("https address"))
    #expect(run.standardOutput == "")
    #expect(run.exitCode == 1)
  }

  @Test("JSON lines carry caption, tokens, confidence, size and timings")
  func json() throws {
    struct Line: Decodable {
      let path, caption, finish_reason: String
      let confidence, log_probability: Double
      let tokens: [Int]
      let token_log_probabilities: [Double]
      let width, height: Int
      let timings: [String: Double]
    }
    let run = try CommandRun(model + ["--json", "--precision", "f32"] + expected.map(\.path))
    let lines = try run.outputLines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    #expect(lines.map(\.path) == expected.map(\.path))
    #expect(lines.map(\.caption) == expected.map(\.greedy.text))
    #expect(lines.map(\.tokens) == expected.map(\.greedy.tokens))
    for (line, expected) in zip(lines, expected) {
      let logProbabilities = expected.greedy.logProbabilities
      for (found, wanted) in zip(line.token_log_probabilities, logProbabilities) { #expect(abs(found - wanted) < 2e-4) }
      let mean = logProbabilities.reduce(0, +) / Double(logProbabilities.count)
      #expect(abs(line.log_probability - mean) < 1e-3)
      // No confidence model: what the words say.
      #expect(abs(line.confidence - exp(mean)) < 1e-3)
      #expect(line.finish_reason == (expected.greedy.tokens.last == 2 ? "stopToken" : "length"))
      #expect((line.width, line.height) == (64, 48))
      #expect(Set(line.timings.keys) == ["decode", "preprocess", "encode", "map", "generate"])
    }
  }

  @Test("a failed image has a JSON line too")
  func jsonError() throws {
    let run = try CommandRun(model + ["--json", "missing.jpg"])
    let line = try JSONDecoder().decode([String: String].self, from: Data(run.standardOutput.utf8))
    #expect(line["path"] == "missing.jpg")
    #expect(line["error"]?.contains("no such file") == true)
    #expect(run.exitCode == 1)
  }

  @Test("the same seed draws the same caption and another seed another")
  func seeds() throws {
    func draw(_ seed: String) throws -> String {
      try CommandRun(model + ["--temperature", "1.5", "--seed", seed, expected[0].path]).standardOutput
    }
    #expect(try draw("7") == draw("7"))
    #expect(try draw("7") != draw("8"))
  }

  @Test("--max-tokens ends the caption early")
  func maximumTokens() throws {
    let run = try CommandRun(model + ["--json", "--max-tokens", "3", expected[0].path])
    #expect(
      run.standardOutput.contains(
        "\"tokens\":[\(expected[0].greedy.tokens[..<3].map(String.init).joined(separator: ","))]"))
    #expect(run.standardOutput.contains("\"finish_reason\":\"length\""))
  }

  @Test("one thread and two give the same tokens")
  func threads() throws {
    let one = try CommandRun(model + ["--threads", "1"] + expected.map(\.path))
    let two = try CommandRun(model + ["--threads", "2"] + expected.map(\.path))
    #expect(one.standardOutput == two.standardOutput)
  }

  @Test("--verbose tells on standard error, and only there")
  func verbose() throws {
    let run = try CommandRun(model + ["--verbose", expected[0].path])
    #expect(run.standardOutput == expected[0].greedy.text + "\n")
    #expect(run.standardError.contains("generate"))
  }

  @Test(
    "standard output that cannot be written ends with 74",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullOutput() throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let run = try CommandRun(model + [expected[0].path], output: full)
    #expect(run.standardError.contains("standard output: cannot be written"))
    #expect(run.exitCode == 74)
  }

  @Test("a length penalty below 0 is a value, not an option")
  func negativeLengthPenalty() throws {
    let run = try CommandRun(model + ["--beams", "3", "--length-penalty", "-1", expected[0].path])
    #expect(run.exitCode == 0, "\(run.standardError)")
  }

  @Test(
    "wrong usage ends with 64 and names the option",
    arguments: [
      (["--beams", "0", "x"], "--beams"), (["--beams", "2", "--temperature", "1", "x"], "--beams"),
      (["--top-k", "3", "x"], "--top-k"), (["--max-tokens", "0", "x"], "maximumNewTokens"), ([], "image"),
      (["--threads", "-1", "x"], "--threads"), (["--background", "blueish", "x"], "--background"),
      (["--quiet", "--verbose", "x"], "--quiet"), (["-", "-"], "Standard input"),
    ])
  func usage(arguments: [String], message: String) throws {
    let run = try CommandRun(["photo"] + model + arguments)
    #expect(run.standardError.contains(message))
    #expect(run.exitCode == 64)
  }

  @Test("every precision captions, by its own products", arguments: ["auto", "f32", "bf16", "int8"])
  func precisions(precision: String) throws {
    let run = try CommandRun(
      ["--model", TinyCaptioner.path, "--precision", precision, "--json"] + expected.map(\.path))
    #expect(run.exitCode == 0, "\(run.standardError)")
    #expect(run.outputLines.count == expected.count)
    let alone = try CommandRun(["--model", TinyCaptioner.path, "--precision", precision, expected[0].path])
    // A photo's caption does not depend on those beside it.
    #expect(run.outputLines[0].contains("\"caption\":\"\(alone.standardOutput.dropLast())\""))
  }

  @Test("a precision that is none ends with 64 and names those there are")
  func unknownPrecision() throws {
    let run = try CommandRun(["--precision", "f8", "x.jpg"])
    #expect(run.exitCode == 64)
    #expect(run.standardError.contains("'auto', 'f32', 'bf16'"))
  }
}
