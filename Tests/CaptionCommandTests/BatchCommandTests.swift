import Foundation
import TestSupport
import Testing

@Suite("caption batch")
struct BatchCommandTests {
  @Test("Captions every image below a directory, in the order of names, as 'caption' does one by one")
  func directory() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 9)
      let run = try fixture.run("-o", "captions.jsonl", "--precision", "f32")
      #expect(run.exitCode == 0)
      #expect(run.standardOutput == "")
      #expect(run.standardError.contains("9 captioned"))
      #expect(run.standardError.contains("bound by"))
      let lines = try fixture.lines("captions.jsonl")
      #expect(
        lines.map(\.path) == lines.map(\.path).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
      #expect(lines.count == 9)
      let single = try CommandRun(["--model", TinyCaptioner.path, "--precision", "f32"] + lines.map(\.path))
      #expect(single.outputLines == lines.map { "\($0.path)\t\($0.caption ?? "")" })
      #expect(!fixture.exists("captions.jsonl.errors.jsonl"))
    }
  }

  @Test("Several formats come from one run")
  func formats() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 5)
      let run = try fixture.run(
        "-o", "c.jsonl", "-o", "c.csv", "-o", "c.json", "-o", "metadata.jsonl", "-o", "coco:c.results", "--txt",
        "--xmp", "--output-dir", "sidecars", "--gallery", "gallery.html", "--webdataset", "shards", "--prefix-text",
        "photo: ", "--suffix-text", "!")
      #expect(run.exitCode == 0, "\(run.standardError)")
      let captions = try fixture.lines("c.jsonl").map { try #require($0.caption) }
      #expect(captions.allSatisfy { $0.hasPrefix("photo: ") && $0.hasSuffix("!") })
      #expect(try fixture.content("c.csv").components(separatedBy: "\r\n").count == 7)
      struct Result: Decodable { let image_id, caption: String }
      for name in ["c.json", "c.results"] {
        let results = try JSONDecoder().decode([Result].self, from: Data(fixture.content(name).utf8))
        #expect(results.map(\.caption) == captions)
      }
      #expect(try fixture.content("metadata.jsonl").contains("\"file_name\":\"../photos/a/photo 1.jpg\""))
      #expect(try fixture.content("sidecars/a/photo 1.txt") == captions[0] + "\n")
      #expect(try fixture.content("sidecars/a/photo 1.xmp").contains("x-default"))
      let page = try fixture.content("gallery.html")
      #expect(page.contains(captions[0]) && page.contains("data:image/jpeg;base64"))
      // What was written can be captioned again, sample by sample.
      let shards = try CommandRun(
        ["batch", "shards", "-o", "again.jsonl", "--model", TinyCaptioner.path, "--include", "*.{jpg,png}"],
        currentDirectory: fixture.out)
      #expect(shards.exitCode == 0, "\(shards.standardError)")
      #expect(try fixture.lines("again.jsonl").map { "photo: \($0.caption ?? "")!" } == captions)
      #expect(try fixture.lines("again.jsonl").first?.path == "shards/000000.tar/000000000.jpg")
    }
  }

  @Test("-o - writes JSON lines to standard output and leaves nothing behind")
  func stream() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 4)
      let run = try fixture.run("-o", "-", "--quiet")
      #expect(run.exitCode == 0 && run.standardError == "")
      #expect(try BatchFixture.lines(run.standardOutput).count == 4)
      #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.path(fixture.out)).isEmpty)
    }
  }

  @Test("Bad files are in a list of errors with their reason, the others are captioned, and the exit code is 1")
  func badFiles() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 6)
      try Data("<html>".utf8).write(to: fixture.photos.appending(path: "a/page.jpg"))
      try Data().write(to: fixture.photos.appending(path: "empty.png"))
      try Data("notes".utf8).write(to: fixture.photos.appending(path: "notes.txt"))
      let photo = try Data(contentsOf: fixture.photos.appending(path: "photo 0.jpg"))
      try photo.prefix(photo.count / 2).write(to: fixture.photos.appending(path: "cut.jpg"))
      let run = try fixture.run("-o", "captions.jsonl")
      #expect(run.exitCode == 1)
      #expect(run.standardError.contains("6 captioned, 3 failed, 1 no images, listed in captions.jsonl.errors.jsonl"))
      #expect(run.standardError.contains("cut.jpg: is a truncated PNG"))
      #expect(try fixture.lines("captions.jsonl").count == 6)
      let errors = "captions.jsonl.errors.jsonl"
      #expect(try fixture.lines(errors).map(\.code) == ["unsupported_format", "truncated", "empty"])
      // The same again: nothing is left to do, and what failed is still said.
      let again = try fixture.run("-o", "captions.jsonl")
      #expect(again.exitCode == 1)
      #expect(again.standardError.contains("0 captioned; 10 were done before"))
      // Mended, and asked for.
      try photo.write(to: fixture.photos.appending(path: "cut.jpg"))
      let retried = try fixture.run("-o", "captions.jsonl", "--retry-errors")
      #expect(retried.exitCode == 1)
      #expect(retried.standardError.contains("1 captioned"))
      #expect(try fixture.lines(errors).map(\.code) == ["unsupported_format", "empty"])
      #expect(try fixture.lines("captions.jsonl").count == 7)
    }
  }

  @Test("--max-errors stops the run with exit code 2")
  func maximumErrors() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 6)
      for index in 0..<5 { try Data().write(to: fixture.photos.appending(path: "a/empty \(index).jpg")) }
      let run = try fixture.run("-o", "captions.jsonl", "--max-errors", "2")
      #expect(run.exitCode == 2)
      #expect(run.standardError.contains("more than 2 images failed"))
      #expect(try fixture.lines("captions.jsonl.errors.jsonl").count == 3)
    }
  }

  @Test("Other settings than the begun run's are refused with the difference; --restart begins anew")
  func otherSettings() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 3)
      try fixture.run("-o", "captions.jsonl")
      let refused = try fixture.run("-o", "captions.jsonl", "--beams", "3", "--suffix-text", "!")
      #expect(refused.exitCode == 65)
      #expect(refused.standardError.contains("--suffix-text: not given before, ! now"))
      #expect(refused.standardError.contains("--beams: 1 before, 3 now"))
      #expect(refused.standardError.contains("--restart"))
      let restarted = try fixture.run("-o", "captions.jsonl", "--suffix-text", "!", "--restart")
      #expect(restarted.exitCode == 0)
      #expect(try fixture.lines("captions.jsonl").allSatisfy { $0.caption?.hasSuffix("!") == true })
      #expect(try fixture.lines("captions.jsonl").count == 3)
    }
  }

  @Test("A file that is somebody else's is not overwritten")
  func foreignOutput() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 1)
      try Data("mine".utf8).write(to: fixture.out.appending(path: "captions.jsonl"))
      let run = try fixture.run("-o", "captions.jsonl")
      #expect(run.exitCode == 73)
      #expect(run.standardError.contains("captions.jsonl exists"))
      #expect(try fixture.content("captions.jsonl") == "mine")
    }
  }

  @Test("Runs with outputs in one directory have a list of errors each")
  func twoLedgers() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      #expect(try fixture.run("-o", "a.jsonl").exitCode == 0)
      let empty = fixture.photos.appending(path: "empty.jpg")
      try Data().write(to: empty)
      #expect(try fixture.run("-o", "b.jsonl").exitCode == 1)
      try FileManager.default.removeItem(at: empty)
      #expect(try fixture.run("-o", "a.jsonl").exitCode == 0)
      #expect(try fixture.lines("b.jsonl.errors.jsonl").count == 1)
      #expect(!fixture.exists("a.jsonl.errors.jsonl"))
      #expect(try fixture.run("-o", "b.jsonl", "--restart").exitCode == 0)
      #expect(!fixture.exists("b.jsonl.errors.jsonl"))
    }
  }

  @Test("A list of errors that is another's is refused before anything is made")
  func foreignLedger() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 1)
      try Data("mine".utf8).write(to: fixture.out.appending(path: "e.jsonl"))
      let refused = try fixture.run("-o", "a.jsonl", "--errors", "e.jsonl")
      #expect(refused.exitCode == 73)
      #expect(refused.standardError.contains("e.jsonl exists, and is not of this run"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.path(fixture.out)) == ["e.jsonl"])
    }
  }

  @Test("New photos are captioned by the same command later")
  func newPhotos() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 5)
      try fixture.run("-o", "captions.jsonl")
      let photo = try Data(contentsOf: fixture.photos.appending(path: "photo 0.jpg"))
      try (photo + Data([1])).write(to: fixture.photos.appending(path: "0 new.jpg"))
      let run = try fixture.run("-o", "captions.jsonl")
      #expect(run.standardError.contains("1 captioned; 5 were done before"))
      #expect(try fixture.lines("captions.jsonl").count == 6)
    }
  }

  @Test("Lists, globs and parts choose the images; the parts together are the whole")
  func choosing() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 12)
      try fixture.run("-o", "all.jsonl", "--errors", "e.jsonl")
      let all = try fixture.lines("all.jsonl").map(\.path)
      var parts: [String] = []
      for part in 1...3 {
        try fixture.run("-o", "part-\(part).jsonl", "--shard", "\(part)/3")
        parts += try fixture.lines("part-\(part).jsonl").map(\.path)
      }
      #expect(parts.count == 12 && Set(parts) == Set(all))
      try fixture.run("-o", "a.jsonl", "--include", "a/**", "--exclude", "*1.jpg")
      #expect(try fixture.lines("a.jsonl").map(\.path) == all.filter { $0.contains("/a/") && !$0.hasSuffix("1.jpg") })
      let list = try CommandRun(
        ["batch", "--from-file", "-", "-o", "-", "--model", TinyCaptioner.path],
        input: Data(all.reversed().joined(separator: "\r\n").utf8))
      #expect(try BatchFixture.lines(list.standardOutput).map(\.path) == Array(all.reversed()))
      let wrong = try fixture.run("-o", "x.jsonl", "--shard", "4/3")
      #expect(wrong.exitCode == 64 && wrong.standardError.contains("'4/3' is no shard"))
    }
  }

  @Test("A reader of standard output that goes away is no error: the run ends by the signal of that, and says nothing")
  func brokenPipe() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 60)
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      let run = try CommandRun(
        fixture.arguments(["-o", "-", "--quiet"]), output: pipe.fileHandleForWriting, currentDirectory: fixture.out)
      #expect(run.exitCode == SIGPIPE)
      #expect(run.standardError == "")
    }
  }

  @Test("Sidecars alone: those that exist are counted and left, and the run needs no image for them")
  func sidecars() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 4)
      try Data("by hand".utf8).write(to: fixture.photos.appending(path: "photo 0.txt"))
      let run = try fixture.run("--txt")
      #expect(run.exitCode == 0, "\(run.standardError)")
      #expect(run.standardError.contains("3 captioned, 1 had a caption"))
      #expect(try Data(contentsOf: fixture.photos.appending(path: "photo 0.txt")) == Data("by hand".utf8))
      #expect(FileManager.default.fileExists(atPath: fixture.photos.appending(path: "a/photo 1.txt").path))
    }
  }

  @Test("--dry-run counts and lists what is wrong, and writes nothing")
  func dryRun() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 4)
      try Data().write(to: fixture.photos.appending(path: "empty.jpg"))
      try Data("x".utf8).write(to: fixture.photos.appending(path: "x.txt"))
      let run = try fixture.run("--dry-run")
      #expect(run.exitCode == 1)
      #expect(run.standardError.contains("4 images to caption, 1 that cannot be, 1 files that are no images"))
      #expect(run.standardError.contains("empty.jpg: is empty"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.path(fixture.out)).isEmpty)
    }
  }

  @Test("--log-format json writes an object a line on standard error, with the counts in fields")
  func jsonLog() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 3)
      try Data().write(to: fixture.photos.appending(path: "empty.jpg"))
      let run = try fixture.run("-o", "captions.jsonl", "--log-format", "json")
      let objects = try run.standardError.split(separator: "\n").map {
        try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      #expect(objects.allSatisfy { $0["time"] is String && $0["level"] is String && $0["message"] is String })
      #expect(objects.contains { $0["captioned"] as? Int == 3 && $0["failed"] as? Int == 1 })
      #expect(objects.contains { $0["level"] as? String == "error" && $0["code"] as? String == "empty" })
    }
  }

  @Test("A pattern that matches nothing is told of")
  func nothingMatches() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      let run = try fixture.run("-o", "captions.jsonl", "--include", "*.jpeg")
      #expect(run.exitCode == 0)
      #expect(run.standardError.contains("--include '*.jpeg' matches nothing in \(fixture.path(fixture.photos))"))
    }
  }

  @Test("Lines say why each caption ended")
  func finishReason() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      try fixture.run("-o", "captions.jsonl", "--max-tokens", "1")
      let lines = try fixture.content("captions.jsonl").split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines.allSatisfy { $0.contains("\"finish_reason\":\"length\"") })
    }
  }

  @Test("Without an output the command says how to give one")
  func noOutput() throws {
    let run = try CommandRun(["batch", "photos"])
    #expect(run.exitCode == 64)
    #expect(run.standardError.contains("caption batch photos -o captions.jsonl"))
    let unclear = try CommandRun(["batch", "photos", "-o", "captions.txt"])
    #expect(unclear.exitCode == 64)
    #expect(unclear.standardError.contains("the name does not tell the format"))
  }

  @Test("Interrupted, it ends at once with whole files and exit code 130 or 143", arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 300)
      let run = try fixture.run("-o", "captions.jsonl", "-o", "c.json", "--commit-every", "5") { process in
        while process.isRunning, (try? fixture.lines("captions.jsonl").count) ?? 0 < 20 { usleep(1000) }
        kill(process.processIdentifier, signal)
      }
      #expect(run.exitCode == 128 + signal)
      #expect(run.standardError.contains("the same command goes on from there"))
      let count = try fixture.lines("captions.jsonl").count
      #expect(count < 300)
      let array = try JSONSerialization.jsonObject(with: Data(fixture.content("c.json").utf8)) as? [Any]
      #expect(array?.count == count)
      let rest = try fixture.run("-o", "captions.jsonl", "-o", "c.json", "--commit-every", "5")
      #expect(rest.standardError.contains("\(300 - count) captioned; \(count) were done before"))
      #expect(Set(try fixture.lines("captions.jsonl").map(\.path)).count == 300)
    }
  }

  @Test("metadata.jsonl whose images lie outside of its folder is told of, since loaders refuse such names")
  func imagesOutside() throws {
    try withTemporaryDirectory { directory in
      let batch = try BatchFixture(directory, count: 1)
      let outside = try batch.run("-o", "metadata.jsonl")
      #expect(outside.exitCode == 0, "\(outside.standardError)")
      #expect(outside.standardError.contains("lies outside of its folder"), "\(outside.standardError)")
      let inside = try batch.run("-o", batch.path(batch.photos) + "/metadata.jsonl")
      #expect(inside.exitCode == 0, "\(inside.standardError)")
      #expect(!inside.standardError.contains("outside"), "\(inside.standardError)")
    }
  }
}
