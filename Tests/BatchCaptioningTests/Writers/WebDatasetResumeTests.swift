import BatchCaptioning
import Captioning
import Foundation
import ModelFiles
import SystemPackage
import TestSupport
import Testing

@Suite("Resuming WebDataset output")
struct WebDatasetResumeTests {
  /// Seven samples, of files and of shards with keys that come again.
  private func run(_ tree: FileTree) throws -> WebDatasetRun {
    for name in ["a", "b", "c"] { try tree.write("in/\(name).jpg", WebDatasetRun.content(name)) }
    for name in ["1.tar", "2.tar"] {
      var tar = TarBuilder()
      tar.add("x.jpg", WebDatasetRun.content("x of \(name)"))
      tar.add("x.cls", String(repeating: "7", count: 3000))
      tar.add("y.jpg", WebDatasetRun.content("y of \(name)"))
      try tree.write("in/\(name)", tar.finished())
    }
    return try WebDatasetRun(tree, "in")
  }

  @Test("from every flush on, a run that was killed any time after it is gone on with to the same bytes")
  func everyPosition() throws {
    try FileTree.with { tree in
      let run = try run(tree)
      #expect(run.images.count == 7)
      try run.write(to: run.output("whole", samples: 3))
      let whole = try tree.contents("whole")
      #expect(whole.count == 3)
      for flushed in 0...7 {
        for later in 0...(7 - flushed) {
          let killed = try run.output(position: nil, samples: 3)
          for image in run.images[..<flushed] { try killed.write(image) }
          let position = try killed.flush()
          #expect(position.rows == flushed)
          // What a killed process had written, and never came to flush.
          for image in run.images[flushed..<flushed + later] { try killed.write(image) }
          let resumed = try run.output(position: position, samples: 3)
          for image in run.images[flushed...] { try resumed.write(image) }
          #expect(try resumed.flush().rows == 7)
          try resumed.finish()
          #expect(try tree.contents("out") == whole, "\(flushed) flushed, \(later) behind that")
        }
      }
    }
  }

  @Test("what stands behind the position is nobody's, whatever it is, and however long", arguments: [1, 700, 100_000])
  func garbage(count: Int) throws {
    try FileTree.with { tree in
      let run = try run(tree)
      try run.write(to: run.output("whole"))
      let killed = try run.output()
      for image in run.images[..<2] { try killed.write(image) }
      let position = try killed.flush()
      let file = tree.url.appending(path: "out/000000.tar")
      try (Data(contentsOf: file)[..<position.byteCount] + Data(repeating: 0x61, count: count)).write(to: file)
      let resumed = try run.output(position: position)
      // Whole before anything is added.
      #expect(try tree.tarNames("out/000000.tar").count == 7)
      for image in run.images[2...] { try resumed.write(image) }
      try resumed.finish()
      #expect(try tree.contents("out") == tree.contents("whole"))
    }
  }

  @Test("after every flush all shards are whole archives")
  func whole() throws {
    try FileTree.with { tree in
      let run = try run(tree)
      let output = try run.output(samples: 3)
      var names = 0
      for image in run.images {
        try output.write(image)
        _ = try output.flush()
        let now = try tree.contents("out").keys.sorted().flatMap { try tree.tarNames("out/\($0)") }.count
        #expect(now > names)
        names = now
      }
    }
  }

  @Test("a shard that is shorter than the journal says, or other than it was, is not gone on with")
  func altered() throws {
    try FileTree.with { tree in
      let run = try run(tree)
      let output = try run.output()
      for image in run.images[..<2] { try output.write(image) }
      let position = try output.flush()
      try output.finish()
      let file = tree.url.appending(path: "out/000000.tar")
      var bytes = try Data(contentsOf: file)
      try bytes[..<(position.byteCount - 1)].write(to: file)
      #expect(
        throws: BatchError.shortOutput(
          path: tree.path("out/000000.tar").string, found: position.byteCount - 1, expected: position.byteCount)
      ) { try run.output(position: position) }
      bytes[512 * 2] ^= 1
      try bytes.write(to: file)
      let error = #expect(throws: FileSystemError.self) { try run.output(position: position) }
      #expect(error?.description.contains("--restart") == true)
      try FileManager.default.removeItem(at: file)
      #expect(throws: FileSystemError.self) { try run.output(position: position) }
    }
  }

  @Test("beginning anew removes the shards that there are, and nothing else")
  func anew() throws {
    try FileTree.with { tree in
      let run = try run(tree)
      try run.write(to: run.output(samples: 1))
      try tree.writeFiles("out/notes.txt", "out/train-000000.tar")
      #expect(try tree.contents("out").count == 9)
      #expect(WebDatasetOutput.firstShard(in: tree.path("out")) == tree.path("out/000000.tar"))
      let output = try run.output()
      #expect(try tree.contents("out").keys.sorted() == ["notes.txt", "train-000000.tar"])
      try output.finish()
    }
  }

  @Test("numbers go on where the list has become another")
  func numbers() throws {
    try FileTree.with { tree in
      try tree.write("1/b.jpg", WebDatasetRun.content("b"))
      let first = try WebDatasetRun(tree, "1")
      let output = try first.output()
      try output.write(first.images[0])
      let position = try output.flush()
      try output.finish()
      try tree.write("1/a.jpg", WebDatasetRun.content("a"))
      let second = try WebDatasetRun(tree, "1")
      let resumed = try second.output(position: position)
      try resumed.write(second.images[0])
      try resumed.finish()
      #expect(
        try tree.tarNames("out/000000.tar").filter { $0.hasSuffix(".jpg") } == ["000000000.jpg", "000000001.jpg"])
    }
  }
}
