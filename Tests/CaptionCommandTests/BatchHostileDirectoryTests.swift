import Foundation
import TestSupport
import Testing

@Suite("caption batch on a hostile directory")
struct BatchHostileDirectoryTests {
  @Test(
    "Of 300 files, a third of them bad in 70 ways, all good ones are captioned and all bad ones listed with the right reason"
  )
  func hostile() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 0)
      let ways = try DamagedImages.ways()
      #expect(ways.count >= 60)
      var expected: [String: String] = [:]
      for index in 0..<100 {
        let way = ways[index % ways.count]
        let name = "\(index) \(way.name)"
        try Data(way.bytes).write(to: fixture.photos.appending(path: ["", "a/", "b/"][index % 3] + name))
        expected[name] = way.code
      }
      // Good ones of every kind, between the bad ones.
      let good = try FileManager.default.contentsOfDirectory(
        at: Fixture.url("images-decoding"), includingPropertiesForKeys: nil
      )
      .filter { ["jpg", "png", "webp"].contains($0.pathExtension) }.sorted { $0.path < $1.path }
      for index in 0..<200 {
        let source = good[index % good.count]
        // Nothing but its content says that it is an image.
        let name = index % 10 == 0 ? "\(index) photo" : "\(index) \(source.lastPathComponent)"
        try FileManager.default.copyItem(
          at: source, to: fixture.photos.appending(path: ["b/", "", "a/"][index % 3] + name))
      }
      let run = try fixture.run("-o", "captions.jsonl", "--no-dedupe")
      #expect(run.exitCode == 1)
      let captions = try fixture.lines("captions.jsonl")
      #expect(captions.count == 200)
      #expect(Set(captions.map(\.path)).count == 200)
      let errors = try fixture.lines("captions.jsonl.errors.jsonl")
      #expect(errors.count == 100)
      for line in errors {
        let name = URL(filePath: line.path).lastPathComponent
        #expect(line.code == expected[name], "\(name)")
      }
      #expect(run.standardError.contains("further failures are listed in captions.jsonl.errors.jsonl only"))
    }
  }

  @Test(
    "What is no file to read costs its own place in the list: links to nowhere, pipes, vanished directories, sparse giants"
  )
  func notFiles() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 3)
      let path = { (name: String) in fixture.path(fixture.photos.appending(path: name)) }
      symlink("nowhere", path("dangling.jpg"))
      symlink("circle.jpg", path("circle.jpg"))
      symlink("..", path("a/up"))
      mkfifo(path("pipe.jpg"), 0o600)
      try Data().write(to: URL(filePath: path("giant.jpg")))
      truncate(path("giant.jpg"), 1 << 31)
      let run = try CommandRun(
        fixture.arguments(["-o", "captions.jsonl", path("pipe.jpg"), path("gone"), "https://example.org/a.jpg"]),
        currentDirectory: fixture.out)
      #expect(run.exitCode == 1)
      #expect(try fixture.lines("captions.jsonl").count == 3)
      let errors = try fixture.lines("captions.jsonl.errors.jsonl").map { line in
        "\(URL(filePath: line.path).lastPathComponent) \(line.code ?? "")"
      }
      #expect(
        errors.sorted() == [
          "a.jpg url", "circle.jpg unreadable", "dangling.jpg not_found", "giant.jpg file_too_large", "gone not_found",
          "pipe.jpg not_a_file",
        ])
    }
  }

  @Test("Names of every kind come through, also those that are not UTF-8")
  func oddNames() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 1)
      let photo = try Data(contentsOf: fixture.photos.appending(path: "photo 0.jpg"))
      let names: [[UInt8]] =
        ["new\nline.jpg", "quote\".jpg", "tab\t.jpg", "-o.jpg", "🐕.jpg"].map { Array($0.utf8) } + [
          [0x66, 0xFF, 0xFE, 0x2E, 0x6A, 0x70, 0x67]
        ]
      for (index, name) in names.enumerated() {
        let path = Array(fixture.path(fixture.photos).utf8) + [0x2F] + name
        let file = path.map { CChar(bitPattern: $0) } + [0]
        let descriptor = open(file, O_WRONLY | O_CREAT, 0o600)
        try #require(descriptor >= 0)
        _ = (photo + Data([UInt8(index)])).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
      }
      let run = try fixture.run("-o", "captions.jsonl", "-o", "captions.csv", "--txt", "--output-dir", "sidecars")
      #expect(run.exitCode == 0, "\(run.standardError)")
      struct Line: Decodable { let path: String; let path_base64: Data? }
      let found: [[UInt8]] = try fixture.content("captions.jsonl").split(separator: "\n").map { line in
        let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
        let bytes: [UInt8] = line.path_base64.map { [UInt8]($0) } ?? Array(line.path.utf8)
        return bytes.split(separator: 0x2F).last.map { [UInt8]($0) } ?? []
      }
      #expect(Set(found) == Set(names + [Array("photo 0.jpg".utf8)]))
      // A list of them, as find -print0 makes it.
      let start = Array(fixture.path(fixture.photos).utf8) + [0x2F]
      var list: [UInt8] = []
      for name in found { list += start + name + [0] }
      let streamed = try CommandRun(
        ["batch", "--from-file", "-", "-o", "-", "--model", TinyCaptioner.path], input: Data(list))
      #expect(streamed.outputLines.count == 7)
    }
  }
}
