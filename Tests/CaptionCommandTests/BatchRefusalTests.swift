import Foundation
import TestSupport
import Testing

@Suite("caption batch, inputs and outputs that do not suit each other")
struct BatchRefusalTests {
  /// A shard with two photos.
  private func shard(_ fixture: BatchFixture) throws -> URL {
    let file = fixture.directory.appending(path: "shard.tar")
    var tar = TarBuilder()
    for name in ["photo 0.jpg", "a/photo 1.jpg"] {
      tar.add(String(name.suffix(5)), Array(try Data(contentsOf: fixture.photos.appending(path: name))))
    }
    try Data(tar.finished()).write(to: file)
    return file
  }

  private func run(_ fixture: BatchFixture, _ arguments: [String]) throws -> CommandRun {
    try CommandRun(
      ["batch"] + arguments + ["--model", TinyCaptioner.path, "--threads", "1"], currentDirectory: fixture.out)
  }

  @Test(
    "An output that cannot hold captions of images in shards is refused at the start",
    arguments: [["-o", "metadata.jsonl"], ["--txt"], ["--xmp"], ["-o", "metadata.jsonl", "-o", "captions.jsonl"]])
  func shards(outputs: [String]) throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      let refused = try run(fixture, [fixture.path(try shard(fixture))] + outputs)
      #expect(refused.exitCode == 64)
      #expect(refused.standardError.contains("shard.tar is a tar shard"))
      #expect(refused.standardError.contains("--webdataset"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.path(fixture.out)).isEmpty)
    }
  }

  @Test("A shard in a directory is found before the run, and may be left out with --exclude")
  func shardInDirectory() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      try FileManager.default.moveItem(at: shard(fixture), to: fixture.photos.appending(path: "b/shard.tar"))
      let refused = try fixture.run("-o", "metadata.jsonl")
      #expect(refused.exitCode == 64 && refused.standardError.contains("b/shard.tar is a tar shard"))
      #expect(try fixture.run("-o", "metadata.jsonl", "--exclude", "*.tar").exitCode == 0)
    }
  }

  @Test("Images that COCO results could not tell apart are refused at the start, both named")
  func sameNames() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      for (place, source) in [("a", "photo 0.jpg"), ("b", "a/photo 1.jpg")] {
        try FileManager.default.copyItem(
          at: fixture.photos.appending(path: source), to: fixture.photos.appending(path: "\(place)/1.jpg"))
      }
      let refused = try fixture.run("-o", "results.json")
      #expect(refused.exitCode == 64)
      #expect(refused.standardError.contains("photos/a/1.jpg") && refused.standardError.contains("photos/b/1.jpg"))
      #expect(refused.standardError.contains("image_id 1"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.path(fixture.out)).isEmpty)
      #expect(try fixture.run("-o", "captions.jsonl").exitCode == 0)
    }
  }

  @Test("Empty files that are not called like images are no failures; nor are journals of other runs")
  func emptyFiles() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      for name in ["Thumbs.db", "old.jsonl"] { try Data().write(to: fixture.photos.appending(path: name)) }
      // Outputs and journals of two runs among the photos.
      for name in ["one.jsonl", "two.jsonl"] {
        #expect(try run(fixture, [fixture.path(fixture.photos), "-o", "../photos/b/\(name)"]).exitCode == 0)
      }
      let last = try fixture.run("-o", "captions.jsonl")
      #expect(last.exitCode == 0)
      #expect(last.standardError.contains("2 captioned, 4 no images"), "\(last.standardError)")
    }
  }

  @Test("An empty sidecar counts as no caption yet")
  func emptySidecar() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      try Data().write(to: fixture.photos.appending(path: "photo 0.txt"))
      let run = try fixture.run("--txt")
      #expect(run.exitCode == 0 && run.standardError.contains("2 captioned"), "\(run.standardError)")
      #expect(try !Data(contentsOf: fixture.photos.appending(path: "photo 0.txt")).isEmpty)
    }
  }

  @Test("Images of one stem are told of once, with the option that gives all sidecars whole names")
  func sameStems() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 3)
      for name in ["photo 0", "photo 3"] {
        try FileManager.default.copyItem(
          at: fixture.photos.appending(path: "a/photo 1.jpg"), to: fixture.photos.appending(path: "\(name).png"))
      }
      try FileManager.default.copyItem(
        at: fixture.photos.appending(path: "a/photo 1.jpg"), to: fixture.photos.appending(path: "photo 3.jpg"))
      let run = try fixture.run("--txt")
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardError.components(separatedBy: "has the same stem").count == 2)
      #expect(run.standardError.contains("--full-names"))
      let full = try fixture.run("--txt", "--full-names")
      #expect(!full.standardError.contains("has the same stem"))
      #expect(FileManager.default.fileExists(atPath: fixture.photos.appending(path: "a/photo 1.jpg.txt").path))
    }
  }

  @Test("A compressed shard in a directory is refused by its name")
  func compressedShard() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 1)
      try Data([0x1F, 0x8B, 8, 0]).write(to: fixture.photos.appending(path: "s.tar.gz"))
      let run = try fixture.run("-o", "captions.jsonl")
      #expect(run.exitCode == 1)
      #expect(run.standardError.contains("s.tar.gz: is a compressed shard"))
      #expect(run.standardError.contains("gunzip"))
    }
  }
}
