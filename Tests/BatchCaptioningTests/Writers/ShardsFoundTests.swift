import BatchCaptioning
import Captioning
import Foundation
import ModelFiles
import SystemPackage
import TestSupport
import Testing

@Suite("Shards before a run goes on with them")
struct ShardsFoundTests {
  private func with(
    _ body: (FileTree, _ position: OutputPosition, _ found: (_ endedInOrder: Bool) throws -> ShardsFound?) throws ->
      Void
  ) throws {
    try FileTree.with { tree in
      for name in ["a", "b", "c"] { try tree.write("in/\(name).jpg", WebDatasetRun.content(name)) }
      let run = try WebDatasetRun(tree, "in")
      var limits = WebDatasetOutput.Limits()
      limits.samples = 2
      let begun = tree.path("begun").string
      let output = try WebDatasetOutput(
        directory: tree.path("out"), position: nil, begunPath: begun, limits: limits)
      for image in run.images { try output.write(image) }
      let position = try output.flush()
      try output.finish()
      try body(tree, position) { endedInOrder in
        try ShardsFound(
          directory: tree.path("out"), position: position, endedInOrder: endedInOrder, begunPath: begun)
      }
    }
  }

  @Test("Shards as the journal says are gone on with")
  func asWritten() throws {
    try with { _, position, found in
      #expect(position.part == 1 && position.digest != nil)
      let again = try found(true)
      #expect(again?.position == position)
    }
  }

  @Test("A changed byte of the last shard is told")
  func changed() throws {
    try with { tree, position, found in
      let url = tree.url.appending(path: "out/000001.tar")
      var bytes = try Data(contentsOf: url)
      bytes[600] ^= 1
      try bytes.write(to: url)
      #expect(throws: BatchError.self) { try found(true) }
      #expect(try Data(contentsOf: url) == bytes)
    }
  }

  @Test("What stands behind the last sample is told, unless a run was killed that may have written it")
  func added() throws {
    try with { tree, position, found in
      let url = tree.url.appending(path: "out/000001.tar")
      var bytes = try Data(contentsOf: url)
      bytes[position.byteCount] = 0x61
      try bytes.write(to: url)
      #expect(throws: BatchError.self) { try found(true) }
      #expect(try found(false)?.position == position)
    }
  }

  @Test("A shard that no run began is neither removed nor written over")
  func foreign() throws {
    try with { tree, _, found in
      try tree.write("out/000002.tar", "mine")
      #expect(throws: BatchError.existingOutput(path: tree.path("out/000002.tar").string)) { try found(true) }
    }
  }

  @Test("Where all shards are gone they are made again; where one is left the loss is told")
  func gone() throws {
    try with { tree, position, found in
      try FileManager.default.removeItem(at: tree.url.appending(path: "out/000001.tar"))
      #expect(
        throws: BatchError.shortOutput(
          path: tree.path("out/000001.tar").string, found: 0, expected: position.byteCount)
      ) { try found(true) }
      try FileManager.default.removeItem(at: tree.url.appending(path: "out/000000.tar"))
      #expect(try found(true) == nil)
    }
  }

  @Test("Shards are adopted as they are, up to the end of the last archive")
  func adopted() throws {
    try with { tree, position, _ in
      var tar = TarBuilder()
      tar.add("x.jpg", "other")
      try tree.write("out/000001.tar", tar.finished())
      let found = try ShardsFound(adopting: tree.path("out"), position: position)
      #expect(found.position?.part == 1 && found.position?.byteCount == 1024)
      #expect(found.position?.rows == position.rows)
    }
  }
}
