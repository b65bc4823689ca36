import Foundation
import TestSupport
import Testing

@Suite("caption train --objective cider")
struct TrainObjectiveCommandTests {
  private struct Step: Decodable {
    struct SelfCritical: Decodable {
      let reward, advantage, sampling_seconds, learning_seconds: Double
      let samples: Int
    }

    let kind: String
    let self_critical: SelfCritical?
  }

  private struct Run: Decodable {
    struct Plan: Decodable {
      struct Objective: Decodable {
        struct SelfCritical: Decodable {
          let samplesPerPhoto: Int
          let crossEntropyWeight: Double
          let samplingPrecision: String
        }

        let kind: String
        let selfCritical: SelfCritical?
      }

      struct Schedule: Decodable { let peak: Double }

      let objective: Objective
      let schedule: Schedule
    }

    let plan: Plan
  }

  private func plan(_ directory: URL) throws -> Run.Plan {
    try JSONDecoder().decode(Run.self, from: Data(contentsOf: directory.appending(path: "run.json"))).plan
  }

  /// Without what would make another mapper.
  private func train(
    _ tiny: TinyRun, from model: URL, out name: String = "better", _ arguments: String...
  ) throws -> CommandRun {
    try CommandRun(
      [
        "train", "--data", tiny.data.path(percentEncoded: false), "--model", model.path(percentEncoded: false),
        "--continue-mapper", "--out", tiny.out(name).path(percentEncoded: false), "--objective", "cider",
        "--batch-images", "4", "--captions-per-image", "2", "--threads", "1", "--steps", "4",
      ] + arguments, home: tiny.directory.appending(path: "home"))
  }

  @Test("goes on from the captioner of a run, and records the objective, rewards and what they cost")
  func continues() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      #expect(try tiny.train("--steps", "4").exitCode == 0)
      #expect(try plan(tiny.out()).objective.kind == "likelihood")
      let run = try train(
        tiny, from: tiny.out(), "--samples-per-photo", "3", "--cross-entropy-weight", "0.25", "--sampling-precision",
        "bf16")
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardError.contains("reward"))
      let plan = try plan(tiny.out("better"))
      #expect(plan.objective.kind == "cider")
      #expect(plan.objective.selfCritical?.samplesPerPhoto == 3)
      #expect(plan.objective.selfCritical?.crossEntropyWeight == 0.25)
      #expect(plan.objective.selfCritical?.samplingPrecision == "bf16")
      // Less than for likelihood.
      #expect(plan.schedule.peak < 1e-3)
      let lines = try String(
        decoding: Data(contentsOf: tiny.out("better").appending(path: "metrics.jsonl")), as: UTF8.self
      )
      .split(separator: "\n").map { try JSONDecoder().decode(Step.self, from: Data($0.utf8)) }
      let steps = lines.filter { $0.kind == "train" }
      #expect(steps.count == 4)
      for step in steps {
        let drawn = try #require(step.self_critical)
        #expect(drawn.samples == 12)
        #expect(drawn.sampling_seconds > 0 && drawn.learning_seconds > 0)
      }
      #expect(try tiny.mapper("better") != tiny.mapper())
      let photo = try TinyCaptioner.expected()[0].path
      let caption = try CommandRun(["--model", tiny.out("better").path(percentEncoded: false), photo])
      #expect(caption.exitCode == 0, "\(caption.standardError)")
    }
  }

  @Test("a killed run goes on with the same numbers")
  func resumes() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let options = ["--objective", "cider", "--steps", "60", "--validate-every", "30"]
      let home = directory.appending(path: "home")
      #expect(try CommandRun(tiny.arguments(out: "whole", options), home: home).exitCode == 0)
      let often = options + ["--checkpoint-minutes", "0.0005"]
      let broken = try CommandRun(tiny.arguments(often), home: home) { process in
        try tiny.waitForCheckpoint(process)
        kill(process.processIdentifier, SIGKILL)
      }
      try #require(broken.exitCode == SIGKILL, "too fast to be stopped")
      let other = try CommandRun(tiny.arguments(often + ["--resume", "--samples-per-photo", "4"]), home: home)
      #expect(other.standardError.contains("objective.selfCritical.samplesPerPhoto: 5, now 4"))
      #expect(other.exitCode == 65)
      let resumed = try CommandRun(tiny.arguments(often + ["--resume"]), home: home)
      #expect(resumed.exitCode == 0, "\(resumed.standardError)")
      #expect(try tiny.losses() == tiny.losses("whole"))
      #expect(try tiny.mapper() == tiny.mapper("whole"))
    }
  }

  @Test("without --continue-mapper it says that sentences come first")
  func freshMapper() throws {
    try withTemporaryDirectory { directory in
      let run = try TinyRun(directory).train("--objective", "cider", "--steps", "1")
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardError.contains("--continue-mapper"))
    }
  }

  @Test(
    "wrong usage ends with 64 and names the option",
    arguments: [
      ["--objective", "bleu"], ["--objective", "cider", "--samples-per-photo", "1"],
      ["--objective", "cider", "--cross-entropy-weight", "1"],
      ["--objective", "cider", "--sampling-precision", "int4"], ["--samples-per-photo", "5"],
      ["--cross-entropy-weight", "0.1"], ["--sampling-precision", "int8"],
      ["--objective", "cider", "--task", "text", "--mapper", "static"],
    ])
  func usage(arguments: [String]) throws {
    try withTemporaryDirectory { directory in
      let run = try CommandRun(TinyRun(directory).arguments(arguments))
      #expect(arguments.contains { $0.hasPrefix("--") && run.standardError.contains($0) }, "\(run.standardError)")
      #expect(run.exitCode == 64)
    }
  }
}
