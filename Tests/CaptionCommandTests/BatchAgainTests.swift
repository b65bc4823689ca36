import Foundation
import TestSupport
import Testing

@Suite("caption batch, given again")
struct BatchAgainTests {
  private func arguments(_ arguments: [String]) -> [String] {
    ["batch"] + arguments + ["--model", TinyCaptioner.path, "--threads", "1"]
  }

  @Test("A sidecar that is gone is made again, without captioning")
  func sidecarGone() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 3)
      #expect(try fixture.run("--txt").exitCode == 0)
      let file = fixture.photos.appending(path: "a/photo 1.txt")
      let text = try Data(contentsOf: file)
      try FileManager.default.removeItem(at: file)
      let again = try fixture.run("--txt")
      #expect(again.exitCode == 0, "\(again.standardError)")
      #expect(again.standardError.contains("0 captioned"))
      #expect(again.standardError.contains("of which an output lacked 1"))
      #expect(try Data(contentsOf: file) == text)
      #expect(try fixture.run("--txt").standardError.contains("lacked") == false)
    }
  }

  @Test("An output that is gone is made again", arguments: ["captions.jsonl", "captions.csv", "results.json"])
  func outputGone(name: String) throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 4)
      let outputs = ["-o", "captions.jsonl", "-o", "captions.csv", "-o", "results.json"]
      #expect(try CommandRun(fixture.arguments(outputs), currentDirectory: fixture.out).exitCode == 0)
      let others = try fixture.content("captions.jsonl")
      try FileManager.default.removeItem(at: fixture.out.appending(path: name))
      let again = try CommandRun(fixture.arguments(outputs), currentDirectory: fixture.out)
      #expect(again.exitCode == 0, "\(again.standardError)")
      #expect(again.standardError.contains("\(name) is gone; it is made again"))
      #expect(again.standardError.contains("0 captioned"))
      #expect(try fixture.content(name).matches(of: #/photo [0-9]\.jpg/#).count == 4)
      if name != "captions.jsonl" { #expect(try fixture.content("captions.jsonl") == others) }
      let last = try CommandRun(fixture.arguments(outputs), currentDirectory: fixture.out)
      #expect(last.exitCode == 0 && !last.standardError.contains("gone"))
    }
  }

  @Test("An output may be added, left out and given again: each has all images once at the end")
  func addedOutputs() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 3)
      #expect(try fixture.run("-o", "captions.jsonl").exitCode == 0)
      let added = try fixture.run("-o", "captions.jsonl", "-o", "captions.csv", "--txt")
      #expect(added.exitCode == 0, "\(added.standardError)")
      #expect(added.standardError.contains("0 captioned"))
      let photo = try Data(contentsOf: fixture.photos.appending(path: "photo 0.jpg"))
      try (photo + Data("more".utf8)).write(to: fixture.photos.appending(path: "z.jpg"))
      #expect(try fixture.run("-o", "captions.jsonl").exitCode == 0)
      // Another order, and the first one is not the journal's.
      #expect(try fixture.run("-o", "captions.csv", "-o", "captions.jsonl").exitCode == 0)
      let lines = try fixture.lines("captions.jsonl").map(\.path)
      #expect(lines.count == 4 && Set(lines).count == 4)
      let rows = try fixture.content("captions.csv").components(separatedBy: "\r\n").dropFirst().dropLast()
      #expect(rows.count == 4 && Set(rows.map { $0.prefix { $0 != "," } }).count == 4)
      #expect(FileManager.default.fileExists(atPath: fixture.photos.appending(path: "a/photo 1.txt").path))
    }
  }

  @Test("--txt today and --xmp tomorrow: the captions are taken over")
  func otherSidecars() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      #expect(try fixture.run("--txt").exitCode == 0)
      let run = try fixture.run("--xmp")
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardError.contains("0 captioned"))
      let text = try String(contentsOf: fixture.photos.appending(path: "photo 0.txt"), encoding: .utf8)
      let sidecar = try String(contentsOf: fixture.photos.appending(path: "photo 0.xmp"), encoding: .utf8)
      #expect(sidecar.contains(">\(text.dropLast())<"))
    }
  }

  @Test("A photo that was replaced under its name is captioned anew, told of, and in every output once")
  func replaced() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 6)
      let names = ["captions.jsonl", "captions.csv", "results.json", "metadata.jsonl"]
      let outputs = names.flatMap { ["-o", $0] } + ["--txt"]
      func run() throws -> CommandRun { try CommandRun(fixture.arguments(outputs), currentDirectory: fixture.out) }
      #expect(try run().exitCode == 0)
      let before = try #require(fixture.lines("captions.jsonl").first { $0.path.hasSuffix("/photo 0.jpg") })
      let other = try Data(contentsOf: fixture.photos.appending(path: "a/photo 1.jpg"))
      try (other + Data("longer".utf8)).write(to: fixture.photos.appending(path: "photo 0.jpg"))
      let again = try run()
      #expect(again.exitCode == 0, "\(again.standardError)")
      #expect(again.standardError.contains("photo 0.jpg: its file was replaced after it was captioned"))
      let lines = try fixture.lines("captions.jsonl")
      #expect(lines.count == 6)
      let now = try #require(lines.first { $0.path.hasSuffix("/photo 0.jpg") })
      #expect(now.sha256 != before.sha256)
      let text = try String(contentsOf: fixture.photos.appending(path: "photo 0.txt"), encoding: .utf8)
      #expect(text == (now.caption ?? "") + "\n")
      #expect(try fixture.content("captions.csv").components(separatedBy: "photo 0.jpg").count == 2)
      #expect(try fixture.content("metadata.jsonl").components(separatedBy: "photo 0.jpg").count == 2)
      let json = Data(try fixture.content("results.json").utf8)
      let results = try JSONSerialization.jsonObject(with: json) as? [[String: Any]]
      #expect(results?.count == 6)
      #expect(results?.first { $0["image_id"] as? String == "photo 0.jpg" }?["caption"] as? String == now.caption)
      let last = try run()
      #expect(last.exitCode == 0 && last.standardError.contains("0 captioned; "), "\(last.standardError)")
      #expect(!last.standardError.contains("replaced"))
    }
  }

  @Test("A sidecar that was corrected stays when its photo is replaced, and that is told")
  func replacedWithCorrectedSidecar() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      #expect(try fixture.run("--txt").exitCode == 0)
      let file = fixture.photos.appending(path: "photo 0.txt")
      try Data("by hand".utf8).write(to: file)
      let other = try Data(contentsOf: fixture.photos.appending(path: "a/photo 1.jpg"))
      try (other + Data("longer".utf8)).write(to: fixture.photos.appending(path: "photo 0.jpg"))
      let again = try fixture.run("--txt")
      #expect(again.standardError.contains("photo 0.txt is not as a run of caption wrote it, and stays as it is"))
      #expect(try Data(contentsOf: file) == Data("by hand".utf8))
    }
  }

  @Test("A photo that was only touched is not captioned again")
  func touched() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      #expect(try fixture.run("-o", "captions.jsonl").exitCode == 0)
      let before = try fixture.content("captions.jsonl")
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1e9)],
        ofItemAtPath: fixture.path(fixture.photos.appending(path: "photo 0.jpg")))
      let again = try fixture.run("-o", "captions.jsonl")
      #expect(again.exitCode == 0 && again.standardError.contains("0 captioned; 2 were done before"))
      #expect(try fixture.content("captions.jsonl") == before)
    }
  }

  @Test("A run is the same however its paths are spelled, and from every working directory")
  func spellings() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 3)
      try FileManager.default.createSymbolicLink(
        at: directory.appending(path: "link"), withDestinationURL: directory.appending(path: "photos"))
      let (photos, out) = (fixture.path(fixture.photos), fixture.path(fixture.out))
      let first = try CommandRun(arguments(["photos", "-o", "out/c.jsonl"]), currentDirectory: directory)
      #expect(first.exitCode == 0, "\(first.standardError)")
      let others: [(paths: [String], place: URL)] = [
        (["./photos", "-o", "./out/c.jsonl"], directory), (["photos/", "-o", "out//c.jsonl"], directory),
        ([photos, "-o", "\(out)/c.jsonl"], directory), (["../photos", "-o", "c.jsonl"], fixture.out),
        ([".", "-o", "../out/c.jsonl"], fixture.photos), (["link", "-o", "out/c.jsonl"], directory),
      ]
      for other in others {
        let run = try CommandRun(arguments(other.paths), currentDirectory: other.place)
        #expect(run.exitCode == 0, "\(other.paths): \(run.standardError)")
        #expect(run.standardError.contains("0 captioned; 3 were done before"), "\(other.paths)")
      }
      #expect(try fixture.lines("c.jsonl").count == 3)
      // The directory may be moved with all that is in it.
      let moved = directory.deletingLastPathComponent().appending(path: "moved-\(UUID().uuidString)")
      try FileManager.default.moveItem(at: directory, to: moved)
      defer { try? FileManager.default.moveItem(at: moved, to: directory) }
      let run = try CommandRun(arguments(["photos", "-o", "out/c.jsonl"]), currentDirectory: moved)
      #expect(run.standardError.contains("0 captioned; 3 were done before"), "\(run.standardError)")
    }
  }
}
