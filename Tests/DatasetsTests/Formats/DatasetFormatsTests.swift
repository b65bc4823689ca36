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
        "CSV table", "WebDataset tar shards", "images with text files", "JSON list", "JSON lines",
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
      (
        "{\"a\": 1}",
        "lines of JSON with the keys a (name those of images and captions with --image-column and --caption-column)"
      ),
      (
        "picture;words\na.png;a cat\n",
        "a table with the columns picture, words (name those of images and captions with --image-column and "
          + "--caption-column)"
      ),
      (
        "version https://git-lfs.github.com/spec/v1\n",
        "a Git LFS pointer in place of the file (fetch it: git lfs pull)"
      ),
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

  @Test("Parquet is refused by its name, with what to do, as a file and in a directory")
  func parquet() throws {
    try withTemporaryDirectory { directory in
      try directory.write("a.parquet", "PAR1\u{15}\u{4}")
      for path in [nil, "a.parquet"] {
        let error = #expect(throws: DatasetError.self) { try directory.dataset(path) }
        #expect(error?.description.contains("Parquet") == true)
        #expect(error?.description.contains("metadata.jsonl or a CSV file, with Python's datasets or pandas") == true)
      }
    }
  }

  @Test("Of a directory with one table of other columns, the columns are told")
  func otherColumns() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      try directory.write("a.csv", "picture,words\na.png,a cat\n")
      let error = #expect(throws: DatasetError.self) { try directory.dataset() }
      #expect(error?.description.contains("a.csv is a table with the columns picture, words") == true)
      let dataset = try directory.dataset(columns: CaptionColumns(image: "picture", caption: "words"))
      #expect(dataset.captions == [["a cat"]])
    }
  }

  @Test("Names that lead out of the dataset's folder are read, and told")
  func outside() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "set/b.png")
      try directory.write(
        "set/captions.jsonl",
        """
        {"file_name": "../a.png", "caption": "a cat"}
        {"file_name": "b.png", "caption": "a dog"}
        """)
      let dataset = try directory.dataset("set")
      #expect(dataset.names == ["../a.png", "b.png"])
      #expect(dataset.namesOutside == ["../a.png"])
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
