import Foundation
import TestSupport
import Testing

@Suite("caption calibrate")
struct CalibrateCommandTests {
  private func with(_ body: (CalibrationFixture) throws -> Void) throws {
    try withTemporaryDirectory { try body(CalibrationFixture($0)) }
  }

  private struct Line: Decodable {
    let caption, reason: String?
    let confidence, log_probability: Double
  }

  private func line(_ run: CommandRun) throws -> Line {
    try JSONDecoder().decode(Line.self, from: Data(run.standardOutput.utf8))
  }

  @Test("reports, names its file in the captioner, and from then on says 'not sure' of what is no photo")
  func notSure() throws {
    try with { fixture in
      let before = try line(fixture.caption("--json", fixture.photo))
      #expect(abs(before.confidence - exp(before.log_probability)) < 1e-3)
      let run = try fixture.calibrate("--nonphotos", fixture.path("others"))
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardOutput.contains("expected calibration error"))
      #expect(run.standardOutput.contains("charts"))
      let manifest = try String(contentsOf: fixture.model.appending(path: "captioner.json"), encoding: .utf8)
      #expect(manifest.contains("confidence.safetensors"))

      let plain = try fixture.caption(fixture.other)
      #expect(plain.standardOutput == "not sure: this does not look like a photo\n")
      #expect(plain.exitCode == 0)
      let json = try fixture.caption("--json", fixture.other)
      #expect(json.standardOutput.contains("\"caption\":null"))
      #expect(try line(json).reason == "not_a_photo")
      let always = try line(fixture.caption("--json", "--always", fixture.other))
      #expect(always.caption != nil && always.reason == nil)
      let photo = try line(fixture.caption("--json", fixture.photo))
      #expect(photo.caption != nil && photo.log_probability == before.log_probability)
      #expect(photo.confidence != before.confidence)
      // Many at once have the same said of them as one alone.
      let several = try fixture.caption(fixture.photo, fixture.other, fixture.path("photos/1.jpg"))
      #expect(several.outputLines[1] == "\(fixture.other)\tnot sure: this does not look like a photo")
      #expect(!several.outputLines[0].contains("not sure") && !several.outputLines[2].contains("not sure"))
    }
  }

  @Test("batch writes what it is not sure of to its outputs, never to the errors")
  func batch() throws {
    try with { fixture in
      try fixture.calibrate("--nonphotos", fixture.path("others"), "--json")
      let run = try CommandRun(
        [
          "batch", fixture.photo, fixture.other, "--model", fixture.modelPath, "-o", fixture.path("c.jsonl"), "-o",
          fixture.path("c.csv"), "--txt", "--output-dir", fixture.path("texts"),
        ], home: fixture.url("home"))
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardError.contains("1 captioned, 1 not sure"))
      let lines = try String(contentsOf: fixture.url("c.jsonl"), encoding: .utf8).split(separator: "\n")
      #expect(lines.count { $0.contains("\"caption\":null,\"reason\":\"not_a_photo\"") } == 1)
      #expect(try String(contentsOf: fixture.url("c.csv"), encoding: .utf8).contains(",not_a_photo,"))
      let texts = try FileManager.default.subpathsOfDirectory(atPath: fixture.path("texts"))
      #expect(texts.count { $0.hasSuffix(".txt") } == 1)
      #expect(!FileManager.default.fileExists(atPath: fixture.path("c.jsonl.errors.jsonl")))
    }
  }

  @Test("--min-confidence says 'not sure' below it, with a confidence model or without")
  func minimum() throws {
    try with { fixture in
      let plain = try line(fixture.caption("--json", "--min-confidence", "1", fixture.photo))
      #expect(plain.caption == nil && plain.reason == "low_confidence")
      #expect(try line(fixture.caption("--json", "--min-confidence", "0.0001", fixture.photo)).caption != nil)
      #expect(try fixture.caption("--min-confidence", "2", fixture.photo).exitCode == 64)
      #expect(try fixture.caption("--min-confidence", "0.5", "--always", fixture.photo).exitCode == 64)
    }
  }

  @Test("a file that is not the one that was fitted is refused")
  func changedFile() throws {
    try with { fixture in
      try fixture.calibrate()
      let file = fixture.model.appending(path: "confidence.safetensors")
      try (Data(contentsOf: file) + Data([0])).write(to: file)
      let run = try fixture.caption(fixture.photo)
      #expect(run.exitCode == 65)
      #expect(run.standardError.contains("confidence.sha256"))
    }
  }

  @Test("--dry-run writes nothing; too few photos are told")
  func nothingWritten() throws {
    try with { fixture in
      #expect(try fixture.calibrate("--dry-run").exitCode == 0)
      #expect(!FileManager.default.fileExists(atPath: fixture.model.appending(path: "confidence.safetensors").path()))
      let run = try fixture.calibrate("--training-photos", "3")
      #expect(run.exitCode == 65)
      #expect(run.standardError.contains("3 photos for training"))
    }
  }

  @Test("evaluate --data scores every caption, and tells how many it would not be sure of")
  func evaluate() throws {
    try with { fixture in
      try fixture.calibrate("--nonphotos", fixture.path("others"))
      let run = try CommandRun(
        [
          "evaluate", "--data", fixture.path("photos/captions.jsonl"), "--model", fixture.modelPath,
          "--min-confidence", "1",
        ], home: fixture.url("home"))
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.outputLines.suffix(2) == ["not sure    50", "sure CIDEr  -"])
    }
  }
}
