import Foundation
import TestSupport
import Testing

@Suite("caption train --task text")
struct TrainTextCommandTests {
  /// Eight tables in words, to be told in a sentence.
  private static let pairs = (0..<8).map { number in
    let (name, food) = (["Alimentum", "Zizzi"][number % 2], ["Thai", "Greek", "French", "Indian"][number / 2])
    return #"{"input": "name[\#(name)], food[\#(food)]", "target": "\#(name) serves \#(food) food."}"#
  }

  private func train(_ directory: URL, _ options: String..., lines: [String] = pairs) throws -> CommandRun {
    try Data(lines.joined(separator: "\n").utf8).write(to: directory.appending(path: "pairs.jsonl"))
    return try CommandRun(
      [
        "train", "--task", "text", "--data", "pairs.jsonl", "--out", "run", "--model", TinyCaptioner.path,
        "--prefix-length", "4", "--base", "random", "--validation", "20%", "--batch-images", "4", "--learning-rate",
        "0.02", "--warmup", "2", "--dropout", "0",
      ] + options, currentDirectory: directory)
  }

  private struct Metric: Decodable {
    let kind: String
    let loss: Double
  }

  private func losses(_ directory: URL, _ kind: String) throws -> [Double] {
    let text = try String(contentsOf: directory.appending(path: "run/metrics.jsonl"), encoding: .utf8)
    return try text.split(separator: "\n").map { try JSONDecoder().decode(Metric.self, from: Data($0.utf8)) }
      .filter { $0.kind == kind }.map(\.loss)
  }

  @Test(
    "learns one prefix, direct, through a network or as a prompt, which then writes from inputs",
    arguments: [
      ["--mapper", "static"], ["--mapper", "static", "--reparameterize", "24"], ["--mapper", "soft-prompt"],
    ])
  func learns(mapper: [String]) throws {
    try withTemporaryDirectory { directory in
      try Data(Self.pairs.joined(separator: "\n").utf8).write(to: directory.appending(path: "pairs.jsonl"))
      let run = try CommandRun(
        [
          "train", "--task", "text", "--data", "pairs.jsonl", "--out", "run", "--model", TinyCaptioner.path,
          "--prefix-length", "4", "--width", "16", "--heads", "1", "--base", "random", "--validation", "20%",
          "--batch-images", "4", "--learning-rate", "0.02", "--warmup", "2", "--dropout", "0", "--steps", "30",
          "--validate-every", "15",
        ] + mapper, currentDirectory: directory)
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardError.contains("caption prefix apply run/prefix.safetensors --input"))
      let losses = try losses(directory, "train")
      #expect(losses.count == 30)
      let (first, last) = (losses.prefix(3).reduce(0, +) / 3, losses.suffix(3).reduce(0, +) / 3)
      #expect(last < first - 0.2, "\(first) to \(last)")

      let shown = try CommandRun(["prefix", "inspect", "run/prefix.safetensors"], currentDirectory: directory)
      #expect(shown.standardOutput.contains("trained on"), "\(shown.standardOutput)\(shown.standardError)")
      let applied = try CommandRun(
        [
          "prefix", "apply", "run/prefix.safetensors", "run/prefix.safetensors", "--input", "name[Zizzi], food[Thai]",
          "--json", "--model", TinyCaptioner.path,
        ], currentDirectory: directory)
      #expect(applied.exitCode == 0, "\(applied.standardError)")
      #expect(applied.outputLines.count == 2)
    }
  }

  @Test("a run that is resumed ends as an unbroken one")
  func resumes() throws {
    try withTemporaryDirectory { directory in
      let whole = try train(directory, "--mapper", "static", "--steps", "8", "--validate-every", "4")
      #expect(whole.exitCode == 0, "\(whole.standardError)")
      let prefix = directory.appending(path: "run/prefix.safetensors")
      let expected = try Data(contentsOf: prefix)
      let again = try train(directory, "--mapper", "static", "--steps", "8", "--validate-every", "4", "--resume")
      #expect(again.exitCode == 0, "\(again.standardError)")
      #expect(try Data(contentsOf: prefix) == expected)
      let other = try train(
        directory, "--mapper", "static", "--steps", "8", "--validate-every", "4", "--resume", "--template", "{input}: ")
      #expect(other.exitCode == 65)
      #expect(other.standardError.contains("template"))
    }
  }

  @Test("a line that is no pair is refused by its number, a mapper that reads images by its option")
  func refusals() throws {
    try withTemporaryDirectory { directory in
      let broken = try train(directory, "--mapper", "static", lines: Self.pairs + [#"{"input": "a"}"#])
      #expect(broken.exitCode == 65)
      #expect(broken.standardError.contains("pairs.jsonl:9"))
      let cut = try train(directory, "--mapper", "static", lines: Self.pairs + [#"{"input": "a", "target": NaN}"#])
      #expect(cut.standardError.contains("pairs.jsonl:9: "))
      #expect(cut.standardError.contains("at column 26: NaN is no JSON; write null"), "\(cut.standardError)")
      let blank = try train(directory, "--mapper", "static", lines: [#"{"input": "a", "target": " "}"#])
      #expect(blank.standardError.contains("target is blank"))
      #expect(try train(directory, "--mapper", "resampler").exitCode == 64)
      #expect(try train(directory, "--mapper", "static", "--template", "no place").exitCode == 64)
    }
  }

  @Test("--input of a prefix that was not trained for inputs says to give --prompt")
  func withoutTemplate() throws {
    try withTemporaryDirectory { directory in
      let made = try CommandRun(
        ["prefix", "from-text", "A text", "-o", "a.safetensors", "--model", TinyCaptioner.path],
        currentDirectory: directory)
      #expect(made.exitCode == 0, "\(made.standardError)")
      let applied = try CommandRun(
        ["prefix", "apply", "a.safetensors", "--input", "b", "--model", TinyCaptioner.path],
        currentDirectory: directory)
      #expect(applied.exitCode == 65)
      #expect(applied.standardError.contains("give --prompt"))
    }
  }

  @Test("of a single pair it is said that none is left to validate with; --validation 0% does without")
  func validation() throws {
    try withTemporaryDirectory { directory in
      let one = try train(directory, "--mapper", "static", "--steps", "1", lines: [Self.pairs[0]])
      #expect(one.exitCode == 65)
      #expect(one.standardError.contains("no pair of input and target is left for "), "\(one.standardError)")
      let none = try train(
        directory, "--mapper", "static", "--steps", "2", "--validation", "0%", lines: [Self.pairs[0]])
      #expect(none.exitCode == 0, "\(none.standardError)")
      #expect(try losses(directory, "validation").isEmpty)
      #expect(FileManager.default.fileExists(atPath: directory.appending(path: "run/prefix.safetensors").path))
    }
  }
}
