import Foundation
import TestSupport
import Testing

@Suite("caption train")
struct TrainCommandTests {
  @Test("makes a captioner, reports and checkpoints, tells how it goes in plain lines, and changes no base model")
  func run() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let bases = ["encoder/model.safetensors", "decoder/tiny.gguf"].map { tiny.model.appending(path: $0) }
      let before = try bases.map { try Data(contentsOf: $0) }
      let run = try tiny.train("--steps", "12", "--validate-every", "6", "--about", "Eight thumbnails.")
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardOutput == "")
      #expect(run.standardError.split(separator: "\n").allSatisfy { $0.hasPrefix("caption: ") })
      #expect(!run.standardError.contains("\r"))
      #expect(run.standardError.contains("validation at step 6: loss"))
      #expect(run.standardError.contains("caption --model"))
      #expect(try bases.map { try Data(contentsOf: $0) } == before)

      let files = try FileManager.default.contentsOfDirectory(atPath: tiny.out().path(percentEncoded: false)).sorted()
      #expect(
        files == [
          "captioner.json", "checkpoints", "curves.svg", "mapper.safetensors", "metrics.jsonl", "run.json",
          "samples.html", "samples.jsonl", "validation-captions.jsonl",
        ])
      #expect(try tiny.checkpoints() == ["step-00000012.safetensors"])
      let losses = try tiny.losses()
      #expect(losses.filter { $0.kind == "train" }.map(\.step) == Array(1...12))
      #expect(losses.filter { $0.kind == "validation" }.map(\.step) == [6, 12])
      let manifest = try String(contentsOf: tiny.out().appending(path: "captioner.json"), encoding: .utf8)
      #expect(manifest.contains("Eight thumbnails."))

      let photo = try TinyCaptioner.expected()[0].path
      let caption = try CommandRun(["--model", tiny.out().path(percentEncoded: false), photo])
      #expect(caption.exitCode == 0, "\(caption.standardError)")
      #expect(caption.outputLines.count <= 1)
    }
  }

  @Test("a run that is stopped by a signal and resumed ends as an unbroken one", arguments: [SIGTERM, SIGINT, SIGKILL])
  func signals(signal: Int32) throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let whole = try tiny.train(out: "whole", "--steps", "200", "--validate-every", "100", "--quiet")
      #expect(whole.exitCode == 0)
      let often = ["--steps", "200", "--validate-every", "100", "--checkpoint-minutes", "0.0005"]
      let broken = try CommandRun(tiny.arguments(often), home: directory.appending(path: "home")) { process in
        try tiny.waitForCheckpoint(process)
        kill(process.processIdentifier, signal)
      }
      #expect(try tiny.losses().count < 202)
      #expect(try !tiny.checkpoints().isEmpty)
      if signal == SIGKILL {
        #expect(broken.exitCode == SIGKILL)
      } else {
        #expect(broken.exitCode == 128 + signal)
        #expect(broken.standardError.contains("the run can go on with --resume"))
      }
      let resumed = try CommandRun(tiny.arguments(often + ["--resume"]), home: directory.appending(path: "home"))
      #expect(resumed.exitCode == 0, "\(resumed.standardError)")
      #expect(resumed.standardError.contains("going on after step"))
      #expect(try tiny.losses() == tiny.losses("whole"))
      #expect(try tiny.mapper() == tiny.mapper("whole"))
    }
  }

  @Test("--resume with other settings is refused with 65, naming them", arguments: ["--learning-rate", "--width"])
  func otherSettings(option: String) throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      _ = try tiny.train("--steps", "2")
      let before = try tiny.checkpoints()
      let values = [
        "--learning-rate": ("0.02", "schedule.peak: 0.01, now 0.02"), "--width": ("32", "mapper.width: 16, now 32"),
      ]
      let (value, message) = try #require(values[option])
      let run = try tiny.train("--steps", "2", "--resume", option, value)
      #expect(run.standardError.contains(message))
      #expect(run.exitCode == 65)
      #expect(try tiny.checkpoints() == before)
    }
  }

  @Test("a resumed run keeps the precision that it began with, unless another one is asked for")
  func precisionOfResumedRun() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      _ = try tiny.train("--steps", "2", "--precision", "bf16")
      let resumed = try tiny.train("--steps", "2", "--resume")
      #expect(resumed.exitCode == 0, "\(resumed.standardError)")
      let other = try tiny.train("--steps", "2", "--resume", "--precision", "f32")
      #expect(other.standardError.contains("precision: bf16, now f32"))
      #expect(other.exitCode == 65)
    }
  }

  @Test("other features of the same shape are other settings")
  func otherFeatures() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      _ = try tiny.train("--steps", "2")
      let run = try tiny.train("--steps", "2", "--resume", "--features", "2:class,2:2x2,3:class")
      #expect(run.standardError.contains("models.features: 2:class,2:2x2,1:class, now 2:class,2:2x2,3:class"))
      #expect(run.exitCode == 65)
    }
  }

  @Test("--scored-images -1 validates by loss alone")
  func noScores() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let run = try tiny.train("--steps", "2", "--validate-every", "1", "--scored-images", "-1")
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardError.contains("validation at step 2: loss"))
      #expect(!run.standardError.contains("CIDEr"))
    }
  }

  @Test("a second run into the same place is refused with 73 and changes nothing")
  func existingRun() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      _ = try tiny.train("--steps", "2")
      let before = try tiny.mapper()
      let run = try tiny.train("--steps", "3")
      #expect(run.standardError.contains("--resume"))
      #expect(run.exitCode == 73)
      #expect(try tiny.mapper() == before)
      // Nor is a captioner that came from elsewhere overwritten.
      let onto = try CommandRun(tiny.arguments(out: "tiny-captioner", []), home: directory.appending(path: "home"))
      #expect(onto.exitCode == 73)
    }
  }

  @Test("--resume without a run ends with 66; with one that has no checkpoint yet it begins anew")
  func nothingToResume() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      #expect(try tiny.train("--resume").exitCode == 66)
      _ = try tiny.train("--steps", "2")
      try FileManager.default.removeItem(at: tiny.out().appending(path: "checkpoints"))
      let run = try tiny.train("--steps", "2", "--resume")
      #expect(run.standardError.contains("beginning anew"))
      #expect(run.exitCode == 0)
      #expect(try tiny.losses().map(\.step) == [1, 2, 2])
    }
  }

  @Test("a run none of whose checkpoints can be used is refused with 65, and keeps its captioner")
  func damagedCheckpoints() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      _ = try tiny.train("--steps", "2")
      let before = try tiny.mapper()
      for name in try tiny.checkpoints() {
        try Data("x".utf8).write(to: tiny.out().appending(path: "checkpoints/\(name)"))
      }
      let run = try tiny.train("--steps", "2", "--resume")
      #expect(run.standardError.contains("step-00000002.safetensors"))
      #expect(run.exitCode == 65)
      #expect(try tiny.mapper() == before)
    }
  }

  @Test("a full disk ends the run with 74, keeps earlier checkpoints, and the run can go on afterwards")
  func fullDisk() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let options = ["--steps", "200", "--validate-every", "100", "--samples", "0", "--checkpoint-minutes", "0.0005"]
      _ = try CommandRun(tiny.arguments(out: "whole", options), home: directory.appending(path: "home"))
      let stopped = try CommandRun(tiny.arguments(options), home: directory.appending(path: "home")) { process in
        try tiny.waitForCheckpoint(process, step: 1)
        kill(process.processIdentifier, SIGKILL)
      }
      try #require(stopped.exitCode == SIGKILL, "too fast to be stopped")
      let before = try tiny.checkpoints()
      // Files may become 32 KiB at most: less than a checkpoint, more than the logs.
      let limited = [
        "-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh", CommandRun.binary.path(percentEncoded: false),
      ]
      let full = try CommandRun(
        limited + tiny.arguments(options + ["--resume"]), home: directory.appending(path: "home"),
        binary: URL(filePath: "/bin/sh"))
      #expect(full.exitCode == 74, "\(full.standardError)")
      #expect(full.standardError.contains("cannot be written"))
      #expect(try tiny.checkpoints() == before)
      let resumed = try CommandRun(tiny.arguments(options + ["--resume"]), home: directory.appending(path: "home"))
      #expect(resumed.exitCode == 0, "\(resumed.standardError)")
      #expect(try tiny.mapper() == tiny.mapper("whole"))
    }
  }

  @Test("--quiet says nothing")
  func quiet() throws {
    try withTemporaryDirectory { directory in
      let run = try TinyRun(directory).train("--steps", "2", "--quiet")
      #expect(run.standardError == "")
      #expect(run.standardOutput == "")
      #expect(run.exitCode == 0)
    }
  }

  @Test("--token-dropout is part of the recipe: another one is another run, and it stands in run.json")
  func tokenDropout() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      _ = try tiny.train("--steps", "3")
      let run = try tiny.train(out: "dropping", "--steps", "3", "--token-dropout", "0.5")
      #expect(run.exitCode == 0, "\(run.standardError)")
      let losses = try tiny.losses("dropping")
      #expect(losses.last?.loss != (try tiny.losses().last?.loss))
      let plan = try String(contentsOf: tiny.out("dropping").appending(path: "run.json"), encoding: .utf8)
      #expect(plan.contains("\"tokenDropout\""))
      let resumed = try tiny.train(out: "dropping", "--steps", "3", "--token-dropout", "0.25", "--resume")
      #expect(resumed.exitCode == 65)
      #expect(resumed.standardError.contains("trainer.tokenDropout: 0.5, now 0.25"), "\(resumed.standardError)")
    }
  }

  @Test("--prepare computes features and trains nothing")
  func prepare() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let run = try tiny.train("--prepare")
      #expect(run.exitCode == 0)
      #expect(run.standardError.contains("features of 8 photos"))
      #expect(!FileManager.default.fileExists(atPath: tiny.out().path(percentEncoded: false)))
    }
  }

  @Test("--continue-mapper goes on from the captioner's own mapper")
  func continueMapper() throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let own = tiny.arguments(["--steps", "1", "--continue-mapper"])
      let features = try #require(own.firstIndex(of: "--features"))
      let run = try CommandRun(
        Array(own[..<features] + own[(features + 2)...]), home: directory.appending(path: "home"))
      #expect(run.exitCode == 0, "\(run.standardError)")
      // One step of a warm-up: nearly the mapper it was.
      #expect(try tiny.mapper().count > 1000)
    }
  }

  @Test(
    "wrong usage ends with 64 and names the option",
    arguments: [
      ["--epochs", "0"], ["--epochs", "1e300"], ["--steps", "0"], ["--learning-rate", "nan"], ["--dropout", "1"],
      ["--accumulate", "0"], ["--checkpoint-minutes", "1e300"], ["--checkpoint-minutes", "0"], ["--width", "17"],
      ["--features", "klass"], ["--features", "1:2:class"], ["--validation", "lots"], ["--mapper", "magic"],
      ["--clean", "much"], ["--ema", "1"],
      ["--validate-every", "0"], ["--max-caption-tokens", "0"], ["--seed", "-1"], ["--continue-mapper"],
      ["--token-dropout", "1"], ["--augment", "spin"], ["--augment-variants", "0"],
      ["--token-dropout", "0.1", "--mapper", "mlp"],
    ])
  func usage(arguments: [String]) throws {
    try withTemporaryDirectory { directory in
      let run = try CommandRun(TinyRun(directory).arguments(arguments))
      #expect(run.standardError.contains(arguments[0]))
      #expect(run.exitCode == 64)
    }
  }

  @Test("a learning rate at which training breaks down ends with 65 and says what to do")
  func diverged() throws {
    try withTemporaryDirectory { directory in
      let run = try TinyRun(directory).train("--steps", "50", "--learning-rate", "1e30", "--warmup", "0")
      #expect(run.standardError.contains("training broke down at step"))
      #expect(run.standardError.contains("lower --learning-rate"))
      #expect(run.exitCode == 65)
    }
  }

  @Test("every precision trains, and its loss falls", arguments: ["auto", "f32", "bf16", "int8"])
  func trainingPrecision(precision: String) throws {
    try withTemporaryDirectory { directory in
      let tiny = try TinyRun(directory)
      let run = try tiny.train("--steps", "12", "--precision", precision)
      #expect(run.exitCode == 0, "\(run.standardError)")
      let losses = try tiny.losses().filter { $0.kind == "train" }.map(\.loss)
      let (first, last) = try (#require(losses.first), #require(losses.last))
      #expect(last < first)
    }
  }
}
