import Foundation
import TestSupport
import Testing

@Suite("caption batch on outputs that a person changed")
struct BatchChangedOutputTests {
  private static let names = ["captions.jsonl", "captions.csv", "results.json", "metadata.jsonl"]
  private static let outputs = names.flatMap { ["-o", $0] }

  private func run(_ fixture: BatchFixture, _ arguments: [String]) throws -> CommandRun {
    try CommandRun(fixture.arguments(arguments), currentDirectory: fixture.out)
  }

  private func contents(_ fixture: BatchFixture) throws -> [String] { try Self.names.map { try fixture.content($0) } }

  private func write(_ text: String, _ name: String, _ fixture: BatchFixture) throws {
    try Data(text.utf8).write(to: fixture.out.appending(path: name))
  }

  @Test("One that was corrected is refused with the remedies, and no output is touched", arguments: names)
  func corrected(name: String) throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 3)
      #expect(try run(fixture, Self.outputs).exitCode == 0)
      try write(fixture.content(name).replacing("photo 0", with: "a longer name"), name, fixture)
      try Data("new".utf8).write(to: fixture.photos.appending(path: "z.jpg"))
      let before = try contents(fixture)
      let again = try run(fixture, Self.outputs)
      #expect(again.exitCode == 65)
      #expect(again.standardError.contains("\(name) was changed after a run of caption wrote it"))
      for remedy in ["--adopt", "--restart", "another output"] { #expect(again.standardError.contains(remedy)) }
      #expect(try contents(fixture) == before)
    }
  }

  @Test("One that somebody has added to is refused, and keeps what was added", arguments: names)
  func added(name: String) throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 3)
      #expect(try run(fixture, Self.outputs).exitCode == 0)
      try write(fixture.content(name) + "a line by hand\n", name, fixture)
      let before = try contents(fixture)
      let again = try run(fixture, Self.outputs)
      #expect(again.exitCode == 65)
      #expect(again.standardError.contains(name) && again.standardError.contains("--adopt"))
      #expect(try contents(fixture) == before)
    }
  }

  @Test("With --adopt it is taken as it is, gone on with behind what it holds, and known from then on")
  func adopted() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 3)
      #expect(try run(fixture, Self.outputs).exitCode == 0)
      for name in Self.names {
        try write(fixture.content(name).replacing("photo 0", with: "a longer name"), name, fixture)
      }
      let before = try contents(fixture)
      let adopted = try run(fixture, Self.outputs + ["--adopt"])
      #expect(adopted.exitCode == 0, "\(adopted.standardError)")
      #expect(try contents(fixture) == before)
      let photo = try Data(contentsOf: fixture.photos.appending(path: "photo 0.jpg"))
      try (photo + Data("more".utf8)).write(to: fixture.photos.appending(path: "z.jpg"))
      let more = try run(fixture, Self.outputs)
      #expect(more.exitCode == 0, "\(more.standardError)")
      #expect(more.standardError.contains("1 captioned; 3 were done before"))
      for (name, old) in zip(Self.names, before) {
        let start = name == "results.json" ? String(old.dropLast(3)) : old
        #expect(try fixture.content(name).hasPrefix(start), "\(name)")
        #expect(try fixture.content(name).contains("z.jpg"), "\(name)")
      }
      let results = try JSONSerialization.jsonObject(with: Data(fixture.content("results.json").utf8)) as? [Any]
      #expect(results?.count == 4)
    }
  }

  @Test("With --adopt a last line without its end gets one before the next row")
  func adoptedWithoutLineEnd() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 1)
      try write(#"{"path":"mine.jpg","caption":"by hand"}"#, "captions.jsonl", fixture)
      #expect(try fixture.run("-o", "captions.jsonl").exitCode == 73)
      #expect(try fixture.run("-o", "captions.jsonl", "--adopt").exitCode == 0)
      #expect(try fixture.lines("captions.jsonl").map(\.path).first == "mine.jpg")
      #expect(try fixture.lines("captions.jsonl").count == 2)
    }
  }

  @Test("A shard or a gallery's page that was changed is refused", arguments: ["shards/000000.tar", "page.html"])
  func directories(name: String) throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 3)
      let arguments = ["-o", "captions.jsonl", "--webdataset", "shards", "--gallery", "page.html"]
      #expect(try run(fixture, arguments).exitCode == 0)
      let file = fixture.out.appending(path: name)
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count / 3] ^= 1
      try bytes.write(to: file)
      let again = try run(fixture, arguments)
      #expect(again.exitCode == 65)
      #expect(again.standardError.contains("\(name) was changed after a run of caption wrote it"))
      #expect(try Data(contentsOf: file) == bytes)
    }
  }

  @Test("A shard that a program added a member to is refused")
  func addedMember() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      #expect(try run(fixture, ["--webdataset", "shards"]).exitCode == 0)
      let file = fixture.out.appending(path: "shards/000000.tar")
      var bytes = try Data(contentsOf: file)
      // The archive's end is 1024 bytes of zeros at the least.
      bytes[bytes.count - 1024] = 0x61
      try bytes.write(to: file)
      let again = try run(fixture, ["--webdataset", "shards"])
      #expect(again.exitCode == 65)
      #expect(again.standardError.contains("holds more than runs of caption wrote"))
      #expect(try Data(contentsOf: file) == bytes)
    }
  }

  @Test("With --adopt a changed page is kept under another name")
  func adoptedPage() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 2)
      #expect(try run(fixture, ["--gallery", "page.html"]).exitCode == 0)
      let changed = try fixture.content("page.html") + "<p>mine</p>"
      try write(changed, "page.html", fixture)
      let adopted = try run(fixture, ["--gallery", "page.html", "--adopt"])
      #expect(adopted.exitCode == 0, "\(adopted.standardError)")
      #expect(try fixture.content("page.html.changed") == changed)
      #expect(try !fixture.content("page.html").contains("mine"))
    }
  }
}
