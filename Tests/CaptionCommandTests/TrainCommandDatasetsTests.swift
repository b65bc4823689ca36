import Foundation
import TestSupport
import Testing

@Suite("caption train: several datasets")
struct TrainCommandDatasetsTests {
  /// The tiny run's data, and beside them `more`: two other photos to learn from and one to validate.
  private func mixed(_ directory: URL) throws -> (tiny: TinyRun, more: URL) {
    let tiny = try TinyRun(directory)
    for (index, name) in ["rocket.jpg", "coffee.jpg", "chelsea.png"].enumerated() {
      try tiny.add(Fixture.url("images/\(name)"), to: index < 2 ? "../more/train" : "../more/validation")
    }
    return (tiny, directory.appending(path: "more"))
  }

  private func train(
    _ tiny: TinyRun, _ more: URL, out: String = "out", _ arguments: String...,
    meanwhile: (Process) throws -> Void = { _ in }
  ) throws -> CommandRun {
    let all = tiny.arguments(out: out, ["--data", more.path(percentEncoded: false)] + arguments)
    // `--data` given again does not take the place of the first.
    return try CommandRun(all, home: tiny.directory.appending(path: "home"), meanwhile: meanwhile)
  }

  private struct Validation: Decodable {
    struct Dataset: Decodable {
      let name: String
      let cider: Double
    }
    let kind: String
    let cider: Double?
    let datasets: [Dataset]?
  }

  private func text(_ tiny: TinyRun, _ name: String, out: String = "out") throws -> String {
    try String(contentsOf: tiny.out(out).appending(path: name), encoding: .utf8)
  }

  @Test("a run learns from all, validates each, and reports both and their mean")
  func run() throws {
    try withTemporaryDirectory { directory in
      let (tiny, more) = try mixed(directory)
      let run = try train(tiny, more, "--steps", "4", "--validate-every", "4", "--weight", "1", "--weight", "2")
      #expect(run.exitCode == 0, "\(run.standardError)")
      let data = try tiny.plan().data
      #expect(data.trainImages == 8 && data.validationImages == 3)
      #expect(run.standardError.contains("(data 0."), "\(run.standardError)")
      #expect(try text(tiny, "run.json").contains("\"more\""))
      let last = try #require(text(tiny, "metrics.jsonl").split(separator: "\n").last)
      let validation = try JSONDecoder().decode(Validation.self, from: Data(last.utf8))
      let sets = try #require(validation.datasets)
      #expect(sets.map(\.name) == ["data", "more"])
      #expect(validation.cider == (sets[0].cider + sets[1].cider) / 2)
      #expect(try text(tiny, "curves.svg").contains(">more</text>"))
      for name in ["data", "more"] {
        #expect(try text(tiny, "samples.html").contains("\(name): validation/"))
        #expect(try !text(tiny, "validation-captions-\(name).jsonl").isEmpty)
      }
      #expect(try text(tiny, "captioner.json").contains("8 photos with 16 captions"))
    }
  }

  @Test("a run on several datasets that is stopped and resumed ends as an unbroken one")
  func resumed() throws {
    try withTemporaryDirectory { directory in
      let (tiny, more) = try mixed(directory)
      let whole = try train(
        tiny, more, out: "whole", "--steps", "200", "--validate-every", "100", "--weight", "0.5", "--weight", "2")
      #expect(whole.exitCode == 0, "\(whole.standardError)")
      let broken = try train(
        tiny, more, "--steps", "200", "--validate-every", "100", "--weight", "0.5", "--weight", "2",
        "--checkpoint-minutes",
        "0.0005"
      ) { process in
        try tiny.waitForCheckpoint(process)
        kill(process.processIdentifier, SIGKILL)
      }
      #expect(broken.exitCode == SIGKILL)
      let other = try train(tiny, more, "--steps", "200", "--validate-every", "100", "--resume")
      #expect(other.exitCode == 65 && other.standardError.contains("data.datasets"), "\(other.standardError)")
      let resumed = try train(
        tiny, more, "--steps", "200", "--validate-every", "100", "--weight", "0.5", "--weight", "2", "--resume")
      #expect(resumed.exitCode == 0, "\(resumed.standardError)")
      #expect(try tiny.losses() == tiny.losses("whole"))
      #expect(try tiny.mapper() == tiny.mapper("whole"))
    }
  }

  @Test("a photo that another dataset validates with is named and not learnt from")
  func heldOut() throws {
    try withTemporaryDirectory { directory in
      let (tiny, more) = try mixed(directory)
      try tiny.add(Fixture.url("images/chelsea.png"), to: "train")
      let run = try train(tiny, more, "--steps", "1")
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(
        run.standardError.contains("warning: data: not learnt from the photo train/chelsea.png"), "\(run.standardError)"
      )
      let data = try tiny.plan().data
      #expect(data.trainImages == 8 && data.validationImages == 3)
    }
  }

  @Test("a dataset of weight 0 is only validated, and one without validation photos only learnt from")
  func oneSided() throws {
    try withTemporaryDirectory { directory in
      let (tiny, more) = try mixed(directory)
      let validated = try train(tiny, more, "--steps", "1", "--weight", "1", "--weight", "0")
      #expect(validated.exitCode == 0, "\(validated.standardError)")
      #expect(try tiny.plan().data.trainImages == 6 && tiny.plan().data.validationImages == 3)
      try FileManager.default.removeItem(at: more.appending(path: "validation"))
      let learnt = try train(tiny, more, out: "learnt", "--steps", "1", "--validation", "0%")
      #expect(learnt.exitCode == 0, "\(learnt.standardError)")
      #expect(try tiny.plan("learnt").data.trainImages == 8 && tiny.plan("learnt").data.validationImages == 2)
    }
  }

  @Test("one dataset leaves what it always left: no word of datasets")
  func one() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      #expect(try tiny.train("--steps", "2").exitCode == 0)
      for name in ["run.json", "metrics.jsonl", "samples.jsonl"] {
        #expect(try !text(tiny, name).contains("\"datasets\""), "\(name)")
      }
    }
  }

  @Test(
    "numbers of --weight and --images that do not fit those of --data end with 64",
    arguments: [
      ["--weight", "2"], ["--data", "b", "--weight", "2"], ["--data", "b", "--weight", "0", "--weight", "0"],
      ["--data", "b", "--weight", "-1", "--weight", "1"], ["--data", "b", "--images", "c"],
      ["--data", "b", "--task", "text", "--mapper", "static"],
    ])
  func usage(arguments: [String]) throws {
    let run = try CommandRun(["train", "--data", "a", "--out", "c"] + arguments)
    #expect(run.standardError.contains("--"))
    #expect(run.exitCode == 64, "\(run.standardError)")
  }

  @Test("--images goes with its dataset, and - stands for images beside the data")
  func images() throws {
    try withTemporaryDirectory { directory in
      let (tiny, more) = try mixed(directory)
      let lines = try TinyCaptioner.expected().prefix(2).map { photo in
        #"{"file_name": "\#(photo.file)", "split": "train", "captions": ["one thing"]}"#
      }
      let file = directory.appending(path: "elsewhere.jsonl")
      try Data(lines.joined(separator: "\n").utf8).write(to: file)
      try FileManager.default.removeItem(at: tiny.data.appending(path: "train"))
      let run = try CommandRun(
        tiny.arguments([
          "--data", more.path(percentEncoded: false), "--data", file.path(percentEncoded: false), "--images", "-",
          "--images", "-", "--images", TinyCaptioner.path, "--steps", "1", "--validation", "0%",
        ]), home: directory.appending(path: "home"))
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(try tiny.plan().data.trainImages == 4)
    }
  }
}
