import Datasets
import Foundation
import TestSupport
import Testing

@Suite("WebDataset shards")
struct WebDatasetTests {
  private func shard(_ stem: String, captions: String = "a cat") throws -> [UInt8] {
    var tar = TarBuilder()
    tar.add("\(stem).png", try Samples.image())
    tar.add("\(stem).txt", captions)
    return tar.finished()
  }

  @Test("A directory, one shard and a pattern are read in the order of their names")
  func paths() throws {
    try withTemporaryDirectory { directory in
      for index in 0..<3 { try directory.write("set-00\(index).tar", shard("\(index)")) }
      #expect(try directory.dataset().names == ["0.png", "1.png", "2.png"])
      #expect(try directory.dataset("set-001.tar").names == ["1.png"])
      #expect(try directory.dataset("set-{001..002}.tar").names == ["1.png", "2.png"])
      #expect(try directory.dataset("set-00{2,0}.tar").names == ["2.png", "0.png"])
      #expect(try directory.dataset().format == "WebDataset tar shards")
    }
  }

  @Test("Labels in a sample's JSON are kept")
  func labels() throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder()
      tar.add("a.png", try Samples.image())
      tar.add("a.json", #"{"captions": ["a cat"], "labels": ["cat"], "source": "coco"}"#)
      try directory.write("set-0.tar", tar.finished())
      let image = try #require(try directory.dataset().images.first)
      #expect(image.labels == ["cat"] && image.source == "coco")
    }
  }

  @Test("The shard that a pattern names must be there")
  func missingShard() throws {
    try withTemporaryDirectory { directory in
      try directory.write("set-0.tar", shard("0"))
      #expect(
        throws: DatasetError.cannotRead(
          path: directory.appending(path: "set-1.tar").plainPath, reason: "No such file or directory")
      ) {
        try directory.dataset("set-{0..1}.tar")
      }
    }
  }

  @Test(
    "A pattern with wrong braces is refused",
    arguments: [
      "set-{0..1.tar", "set-{0}.tar", "set-{3..1}.tar", "set-{a..c}.tar", "{0..9999999}", "{0..9999}{0..9999}",
    ])
  func wrongPatterns(pattern: String) throws {
    let error = #expect(throws: DatasetError.self) { try CaptionDataset(path: pattern) }
    guard case .invalidPattern(pattern, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("A location is the image's slice of its shard")
  func location() throws {
    try withTemporaryDirectory { directory in
      try directory.write("set-0.tar", shard("0"))
      let image = try #require(try directory.dataset().images.first?.image)
      #expect(image.name == "set-0.tar: 0.png")
      #expect(image.offset == 512)
      #expect(try image.bytes() == Samples.image())
    }
  }

  @Test("Text and JSON are put together: every caption once, the split, the file's name")
  func json() throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder()
      tar.add(
        "x.json", #"{"key": "x", "file_name": "X.JPG", "split": "val", "captions": ["a cat", "a pet"], "sha": 3}"#)
      tar.add("x.JPG", try Samples.image())
      tar.add("x.txt", "a pet\r\n\nan animal\n")
      try directory.write("set.tar", tar.finished())
      let dataset = try directory.dataset()
      #expect(dataset.names == ["X.JPG"])
      #expect(dataset.captions == [["a cat", "a pet", "an animal"]])
      #expect(dataset.splits == [.validation])
    }
  }

  @Test("Members of one stem need not follow each other; other members and hidden ones play no part")
  func order() throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder()
      tar.add("a.png", try Samples.image())
      tar.add("b.png", try Samples.image())
      tar.add("._a.png", "mac")
      tar.add("a.cls", "3")
      tar.add("a.seg.png", "mask")
      tar.add("b.txt", "a dog")
      tar.add("a.txt", "a cat")
      try directory.write("set.tar", tar.finished())
      let dataset = try directory.dataset()
      #expect(dataset.captions == [["a cat"], ["a dog"]])
      #expect(dataset.damaged.isEmpty)
    }
  }

  @Test("Every damaged sample is named, with its shard and its fault, and the others are read")
  func damaged() throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder()
      tar.add("no-caption.png", try Samples.image())
      tar.add("blank.png", try Samples.image())
      tar.add("blank.txt", " \n")
      tar.add("no-image.txt", "a cat")
      tar.add("no-text.png", try Samples.image())
      tar.add("no-text.txt", [0x61, 0xFF])
      tar.add("no-json.png", try Samples.image())
      tar.add("no-json.json", "{\"caption\": ")
      tar.add("null.png", try Samples.image())
      tar.add("null.json", "{\"caption\": null}")
      tar.add("good.png", try Samples.image())
      tar.add("good.txt", "a cat")
      try directory.write("set.tar", tar.finished())
      let dataset = try directory.dataset()
      #expect(dataset.names == ["good.png"])
      #expect(
        dataset.damaged.map(\.name) == [
          "no-caption.png (set.tar)", "blank.png (set.tar)", "set.tar: no-image", "set.tar: no-text",
          "set.tar: no-json", "null.png (set.tar)",
        ])
      #expect(
        dataset.damaged.map(\.reason)[..<4] == [
          "it has no caption", "its caption is empty", "it has no image (jpg, jpeg, png or webp)",
          "no-text.txt: it is not valid UTF-8",
        ])
    }
  }

  @Test("An unknown split stops, and the error says where it is")
  func unknownSplit() throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder()
      tar.add("x.png", try Samples.image())
      tar.add("x.json", #"{"caption": "a cat", "split": "trian"}"#)
      try directory.write("set.tar", tar.finished())
      #expect(throws: DatasetError.unknownSplit(place: "set.tar: x", name: "trian")) { try directory.dataset() }
    }
  }

  @Test("An archive without members has no sample")
  func empty() throws {
    try withTemporaryDirectory { directory in
      try directory.write("set.tar", TarBuilder().finished())
      let path = directory.appending(path: "set.tar").plainPath
      #expect(throws: DatasetError.noSamples(path: path, format: "WebDataset tar shards")) {
        try directory.dataset("set.tar")
      }
    }
  }
}
