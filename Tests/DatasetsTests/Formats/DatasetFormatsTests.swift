import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Choosing a format")
struct DatasetFormatsTests {
  @Test("What is no dataset gets an error that says what was found and which formats are known")
  func unknown() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "b.png")
      try directory.write("c.parquet", "PAR1")
      let error = #expect(throws: DatasetError.self) { try directory.dataset() }
      let message = try #require(error?.description)
      #expect(
        message.hasPrefix(
          "\(directory.plainPath): is no known kind of dataset: found a directory of 2 .png, 1 .parquet"))
      for format in [
        "captions.jsonl", "Hugging Face imagefolder", "Karpathy splits", "COCO annotations", "Flickr8k token file",
        "CSV table", "WebDataset tar shards", "images with text files",
      ] {
        #expect(message.contains("  - \(format): "))
      }
    }
  }

  @Test(
    "A file of no known format is described",
    arguments: [
      ("", "an empty file"), ("hello\nworld", "a text file that begins with 'hello'"),
      ("PK\u{3}\u{4}", "a zip archive (unpack it first)"), ("a\u{0}b", "a file that is no text"),
      ("{\"a\": 1}", "a text file that begins with '{\"a\": 1}'"),
    ])
  func file(content: String, found: String) throws {
    try withTemporaryDirectory { directory in
      let path = try directory.write("x", content).plainPath
      #expect(throws: DatasetError.unknownFormat(path: path, found: found)) { try CaptionDataset(path: path) }
    }
  }

  @Test("A gzip-compressed shard is refused with what to do")
  func gzip() throws {
    try withTemporaryDirectory { directory in
      let path = try directory.write("x.tar.gz", [0x1F, 0x8B, 8, 0]).plainPath
      #expect(throws: DatasetError.unknownFormat(path: path, found: "a gzip-compressed file (decompress it first)")) {
        try CaptionDataset(path: path)
      }
    }
  }

  @Test("A path with nothing there is an error of the system")
  func missing() {
    #expect(throws: DatasetError.cannotRead(path: "/nowhere/x", reason: "No such file or directory")) {
      try CaptionDataset(path: "/nowhere/x")
    }
  }

  @Test("Content decides, not the name", arguments: ["x", "x.txt", "x.csv", "x.tar"])
  func content(name: String) throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      try directory.write(
        name, #"{"images":[{"id":1,"file_name":"a.png"}],"annotations":[{"image_id":1,"caption":"a"}]}"#)
      #expect(try directory.dataset(name).format == "COCO annotations")
      try directory.write(name, #"{"file_name": "a.png", "captions": ["a cat"]}"#)
      #expect(try directory.dataset(name).format == "captions.jsonl")
      try directory.write(name, "image,caption\na.png,a cat")
      #expect(try directory.dataset(name).format == "CSV table")
      try directory.write(name, "a.png#0\ta cat")
      #expect(try directory.dataset(name).format == "Flickr8k token file")
    }
  }

  @Test("Progress is told every thousand samples and at the end")
  func progress() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      let lines = (0..<2500).map { "{\"file_name\": \"a.png\", \"caption\": \"\($0)\"}\n" }
      let path = try directory.write("captions.jsonl", lines.joined()).plainPath
      var counts: [Int] = []
      _ = try CaptionDataset(path: path) { counts.append($0) }
      #expect(counts == [1000, 2000, 2500])
    }
  }

  @Test("Samples can be read one by one, and reading stops when the reader has had enough")
  func streaming() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      let lines = (0..<10).map { "{\"file_name\": \"a.png\", \"caption\": \"\($0)\"}\n" }
      let path = try directory.write("captions.jsonl", lines.joined()).plainPath
      var count = 0
      #expect(throws: DatasetError.cannotRead(path: "", reason: "enough")) {
        try CaptionDataset.forEachSample(path: path) { _ throws(DatasetError) in
          count += 1
          if count == 3 { throw .cannotRead(path: "", reason: "enough") }
        }
      }
      #expect(count == 3)
    }
  }
}
