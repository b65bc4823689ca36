import BatchCaptioning
import Captioning
import Datasets
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("WebDataset output")
struct WebDatasetOutputTests {
  private static func content(_ text: String) -> [UInt8] { WebDatasetRun.content(text) }

  @Test("image files become samples that our own reader and the system's tar read")
  func files() throws {
    try FileTree.with { tree in
      try tree.write("in/a.jpeg", Self.content("a"))
      try tree.write("in/b", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
      let run = try WebDatasetRun(tree, "in")
      try run.write(to: run.output())
      #expect(
        try tree.tarNames("out/000000.tar") == [
          "000000000.jpg", "000000000.txt", "000000000.json", "000000001.png", "000000001.txt", "000000001.json",
        ])
      let dataset = try CaptionDataset(path: tree.path("out").string)
      #expect(dataset.damaged.isEmpty)
      #expect(dataset.images.map(\.captions) == [["caption 0"], ["caption 1"]])
      #expect(try dataset.images.first?.image.bytes() == Self.content("a"))
      let json = try tree.tarContent("out/000000.tar", member: "000000000.json")
      #expect(
        json.hasPrefix("{\"path\":\"\(tree.path("in/a.jpeg").string)\",\"caption\":\"caption 0\",\"confidence\":0.5,"))
      #expect(json.hasSuffix(",\"model\":\"tiny\",\"milliseconds\":1.5}"))
    }
  }

  @Test("an image that the captioner was not sure of is no sample")
  func unsure() throws {
    try FileTree.with { tree in
      try tree.write("in/a.jpg", Self.content("a"))
      try tree.write("in/b.jpg", Self.content("b"))
      let run = try WebDatasetRun(tree, "in")
      let output = try run.output()
      try output.write(FinishedImage(run.images[0].image, outcome: WrittenImage.unsure.outcome))
      try output.write(run.images[1])
      try output.finish()
      #expect(try tree.tarNames("out/000000.tar") == ["000000000.jpg", "000000000.txt", "000000000.json"])
      #expect(try tree.tarContent("out/000000.tar", member: "000000000.txt").contains("caption 1"))
    }
  }

  @Test("a shard ends with two blocks of zeros, at a multiple of 10,240 bytes")
  func footer() throws {
    try FileTree.with { tree in
      try tree.write("in/a.jpg", Self.content("a"))
      let run = try WebDatasetRun(tree, "in")
      let output = try run.output()
      try output.write(run.images[0])
      let position = try output.flush()
      #expect(position.part == 0)
      #expect(position.rows == 1)
      // Three members with a header and a block each; the JSON has less than 512 bytes.
      #expect(position.byteCount == 6 * 512)
      let bytes = try Data(contentsOf: tree.url.appending(path: "out/000000.tar"))
      #expect(bytes.count == 10_240)
      #expect(bytes[position.byteCount...].allSatisfy { $0 == 0 })
    }
  }

  @Test("a sample of a shard keeps its members as they are; the caption takes the place of its text")
  func shardSample() throws {
    try FileTree.with { tree in
      let long = String(repeating: "n", count: 120)
      var tar = TarBuilder(.pax)
      tar.add("./\(long).cls", "7")
      tar.add("./\(long).txt", "old")
      let imageOffset = tar.bytes.count
      tar.add("./\(long).jpg", Self.content("image"))
      let imageEnd = tar.bytes.count
      tar.add("b.jpg", Self.content("b"))
      try tree.write("in.tar", tar.finished())
      let run = try WebDatasetRun(tree, "in.tar")
      try run.write(to: run.output())
      #expect(
        try tree.tarNames("out/000000.tar")
          == ["cls", "jpg", "txt", "json"].map { "./\(long).\($0)" } + ["b.jpg", "b.txt", "b.json"])
      let written = try Data(contentsOf: tree.url.appending(path: "out/000000.tar"))
      // Extended header, header and content, byte for byte.
      #expect(written.range(of: Data(tar.bytes[imageOffset..<imageEnd])) != nil)
      #expect(try tree.tarContent("out/000000.tar", member: "./\(long).txt") == "caption 0")
      #expect(
        try tree.tarContent("out/000000.tar", member: "./\(long).json").contains("\"original\":{\"txt\":\"old\"}"))
      #expect(
        try CaptionDataset(path: tree.path("out").string).images.map(\.captions) == [["caption 0"], ["caption 1"]])
    }
  }

  @Test("keys that are not UTF-8 stay, and the JSON has the path's bytes")
  func invalidKey() throws {
    try FileTree.with { tree in
      var tar = TarBuilder()
      tar.add(nameBytes: [0xFF, 0x2E, 0x6A, 0x70, 0x67], Self.content("a"))
      try tree.write("in.tar", tar.finished())
      let run = try WebDatasetRun(tree, "in.tar")
      try run.write(to: run.output())
      let written = try Data(contentsOf: tree.url.appending(path: "out/000000.tar"))
      #expect(written.range(of: Data([0xFF] + Array(".txt".utf8))) != nil)
      #expect(written.range(of: Data("\\\\xFF.jpg\",\"path_base64\":\"".utf8)) != nil)
    }
  }

  @Test("the next shard begins where a limit is reached, and where a key comes again")
  func parts() throws {
    try FileTree.with { tree in
      for name in ["1.tar", "2.tar"] {
        var tar = TarBuilder()
        for key in ["a", "b", "c"] { tar.add("\(key).jpg", Self.content(key)) }
        try tree.write(name, tar.finished())
      }
      let run = try WebDatasetRun(tree, "1.tar", "2.tar")
      func keys(_ directory: String) throws -> [[String]] {
        try tree.contents(directory).keys.sorted().map { name in
          try tree.tarNames("\(directory)/\(name)").filter { $0.hasSuffix(".jpg") }.map { String($0.prefix(1)) }
        }
      }
      try run.write(to: run.output("key"))
      #expect(try keys("key") == [["a", "b", "c"], ["a", "b", "c"]])
      try run.write(to: run.output("samples", samples: 2))
      #expect(try keys("samples") == [["a", "b"], ["c", "a"], ["b", "c"]])
      // Room for one sample and a half.
      try run.write(to: run.output("bytes", byteCount: 9 * 512))
      #expect(try keys("bytes") == [["a"], ["b"], ["c"], ["a"], ["b"], ["c"]])
      try run.write(to: run.output("small", byteCount: 1))
      #expect(try keys("small").count == 6)
    }
  }

  @Test("failed images are not written, and where there is no other there is no shard")
  func failed() throws {
    try FileTree.with { tree in
      let run = try WebDatasetRun(tree, "missing.jpg")
      #expect(run.images.count == 1)
      try run.write(to: run.output())
      #expect(try tree.contents("out").isEmpty)
    }
  }

  @Test("an image that changed after it was captioned is refused, and nothing of it written")
  func changedFile() throws {
    try FileTree.with { tree in
      for name in ["a", "b", "c"] { try tree.write("in/\(name).jpg", Self.content(name)) }
      let run = try WebDatasetRun(tree, "in")
      try tree.write("in/b.jpg", Self.content("other"))
      let output = try run.output()
      try output.write(run.images[0])
      let before = try output.flush()
      let failure = #expect(throws: ImageFailure.self) { try output.write(run.images[1]) }
      #expect(failure?.code == .changed)
      #expect(failure?.stage == .write)
      #expect(try output.flush() == before)
      try FileManager.default.removeItem(atPath: tree.path("in/b.jpg").string)
      #expect(throws: ImageFailure.self) { try output.write(run.images[1]) }
      try output.write(run.images[2])
      try output.finish()
      #expect(
        try CaptionDataset(path: tree.path("out").string).images.map(\.captions) == [["caption 0"], ["caption 2"]])
    }
  }

  @Test("a shard that changed is refused wherever the change is in the sample", arguments: [0, 1, 2])
  func changedShard(member: Int) throws {
    try FileTree.with { tree in
      var tar = TarBuilder()
      tar.add("a.cls", "7")
      tar.add("a.jpg", Self.content("a"))
      tar.add("a.json", "{}")
      try tree.write("in.tar", tar.finished())
      let run = try WebDatasetRun(tree, "in.tar")
      var bytes = tar.finished()
      // In the content of the image; in the names of the others.
      bytes[member * 1024 + (member == 1 ? 512 : 0)] ^= 1
      try tree.write("in.tar", bytes)
      let output = try run.output()
      let failure = #expect(throws: ImageFailure.self) { try output.write(run.images[0]) }
      #expect(failure?.code == .changed)
      try output.finish()
      #expect(try tree.contents("out").isEmpty)
    }
  }
}
