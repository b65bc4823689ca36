import Foundation
import TestSupport
import Testing

@Suite("caption batch, killed")
struct BatchKillTests {
  private static let outputs = [
    "-o", "captions.jsonl", "-o", "captions.csv", "-o", "results.json", "-o", "metadata.jsonl", "--txt", "--xmp",
    "--output-dir", "sidecars", "--webdataset", "shards", "--gallery", "gallery.html", "--commit-every",
    "7",
  ]

  /// All outputs of a run, without what differs from run to run.
  private func outputs(_ fixture: BatchFixture) throws -> [String: String] {
    var outputs: [String: String] = [:]
    let names = ["captions.jsonl", "captions.csv", "results.json", "metadata.jsonl", "gallery.html"]
    for name in names + ["captions.jsonl.errors.jsonl"] {
      outputs[name] = try fixture.content(name)
        .replacing(#/"milliseconds":[0-9.e-]+/#, with: "").replacing(#/,[0-9.e-]+(,[0-9.e-]+,[a-z_]*,[a-zA-Z]*\r\n)/#) {
          $0.1
        }
    }
    let shards = try FileManager.default.contentsOfDirectory(
      atPath: fixture.path(fixture.out.appending(path: "shards")))
    for name in shards.sorted() where name.hasSuffix(".tar") {
      // A record has its time, and so the tars' lengths differ: their members are compared.
      outputs["shards"] = try samples(fixture.out.appending(path: "shards/\(name)")).joined(separator: "\n")
    }
    let sidecars = fixture.path(fixture.out.appending(path: "sidecars"))
    for name in try FileManager.default.subpathsOfDirectory(atPath: sidecars) where name.contains(".") {
      if name.contains("caption.journal") { continue }
      outputs[name] = try fixture.content("sidecars/\(name)")
    }
    return outputs
  }

  /// Members of a shard by their names, with what the texts say.
  private func samples(_ shard: URL) throws -> [String] {
    var samples: [String] = []
    let data = try Data(contentsOf: shard)
    var place = 0
    while place + 512 <= data.count, data[place] != 0 {
      let name = String(decoding: data[place..<place + 100].prefix { $0 != 0 }, as: UTF8.self)
      let digits = data[place + 124..<place + 135].prefix { $0 != 0 && $0 != 0x20 }
      let count = try #require(Int(String(decoding: digits, as: UTF8.self), radix: 8))
      let content = data[place + 512..<place + 512 + count]
      let text = name.hasSuffix(".jpg") ? "\(count) bytes" : String(decoding: content, as: UTF8.self)
      samples.append("\(name): \(text.replacing(#/"milliseconds":[0-9.e-]+/#, with: ""))")
      place += 512 + (count + 511) / 512 * 512
    }
    return samples
  }

  @Test("Killed at 50 moments, and gone on with each time, every output is as that of a run nobody killed")
  func killed() throws {
    try withTemporaryDirectory { directory in
      let fixture = try BatchFixture(directory, count: 150)
      for index in 0..<12 { try Data("x".utf8).write(to: fixture.photos.appending(path: "b/bad \(index * 7).jpg")) }
      // Some have the same bytes.
      for index in 0..<12 {
        try FileManager.default.copyItem(
          at: fixture.photos.appending(path: "photo \(index * 3).jpg"),
          to: fixture.photos.appending(path: "a/copy \(index).jpg"))
      }
      let arguments = fixture.arguments(Self.outputs)
      let start = ContinuousClock.now
      let reference = try CommandRun(arguments, currentDirectory: fixture.out)
      let duration = (ContinuousClock.now - start).components
      let seconds = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
      #expect(reference.exitCode == 1)
      let expected = try outputs(fixture)
      #expect(expected.count > 300)
      var generator = SplitMix(seed: 4)
      var kills = 0
      var runs = 0
      var resumptions = 0
      while kills < 50 {
        try FileManager.default.removeItem(at: fixture.out)
        try FileManager.default.createDirectory(at: fixture.out, withIntermediateDirectories: true)
        // Until a run comes to its end before it is killed.
        while true {
          runs += 1
          try #require(runs < 1000)
          let moment = Double(generator.next() % 1000) / 1000 * 0.9
          let run = try CommandRun(arguments, currentDirectory: fixture.out) { process in
            Thread.sleep(forTimeInterval: moment * seconds)
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
          }
          if run.standardError.contains("going on: ") { resumptions += 1 }
          if run.exitCode == 9 {
            kills += 1
          } else {
            #expect(run.exitCode == 1, "\(run.standardError)")
            break
          }
        }
        let found = try outputs(fixture)
        #expect(found.count == expected.count)
        for (name, content) in expected where found[name] != content {
          Issue.record("after \(kills) kills \(name) differs")
        }
      }
      // Kills that came before anything was done would prove little.
      #expect(resumptions >= 25)
    }
  }
}
