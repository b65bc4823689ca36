import Datasets
import Foundation
import TestSupport
import Testing

@Suite("captions.jsonl")
struct CaptionsJSONLinesTests {
  @Test("Images are files beside it, or in a usual folder, with one caption or several")
  func files() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "images/b.png")
      try directory.write(
        "captions.jsonl",
        """
        {"file_name": "a.png", "captions": ["a cat", "a pet"], "split": "train"}

        {"file_name": "b.png", "caption": "a dog \\u00e9"}
        """)
      let dataset = try directory.dataset()
      #expect(dataset.format == "captions.jsonl")
      #expect(dataset.names == ["a.png", "b.png"])
      #expect(dataset.captions == [["a cat", "a pet"], ["a dog é"]])
      #expect(dataset.splits == [.train, nil])
      #expect(dataset.images[0].image.name == directory.appending(path: "a.png").plainPath)
    }
  }

  @Test("Labels and the source of an image are kept where they are told")
  func labels() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "b.png", "c.png")
      try directory.write(
        "captions.jsonl",
        """
        {"file_name": "a.png", "captions": ["a cat"], "labels": ["cat", "dining table"], "source": "coco"}
        {"file_name": "b.png", "captions": ["a dog"], "labels": "dog", "source": 7}
        {"file_name": "c.png", "captions": ["a cow"]}
        """)
      let images = try directory.dataset().images
      #expect(images.map(\.labels) == [["cat", "dining table"], ["dog"], []])
      #expect(images.map(\.source) == ["coco", nil, nil])
    }
  }

  @Test(
    "Images are members of shards beside it, in whatever folder of the shard; the shards' own captions are not read")
  func shards() throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder()
      tar.add("./photos/a.png", try Samples.image())
      tar.add("./photos/a.txt", "something else")
      tar.add("b.png", try Samples.otherImage())
      try directory.write("set-0.tar", tar.finished())
      try directory.write(
        "captions.jsonl",
        """
        {"file_name": "b.png", "captions": ["a dog"]}
        {"file_name": "photos/a.png", "captions": ["a cat"]}
        {"file_name": "a.png", "captions": ["a pet"]}
        """)
      let dataset = try directory.dataset()
      #expect(dataset.captions == [["a dog"], ["a cat", "a pet"]])
      #expect(try dataset.images.map { try $0.image.bytes() } == [Samples.otherImage(), Samples.image()])
      #expect(dataset.damaged.isEmpty)
    }
  }

  @Test("The damage of a shard beside it is named, with the images that it lost")
  func truncatedShard() throws {
    try withTemporaryDirectory { directory in
      var tar = TarBuilder()
      tar.add("a.png", try Samples.image())
      let end = tar.bytes.count
      tar.add("b.png", try Samples.image())
      try directory.write("set-0.tar", Array(tar.bytes[..<(end + 600)]))
      try directory.write(
        "captions.jsonl",
        """
        {"file_name": "a.png", "captions": ["a cat"]}
        {"file_name": "b.png", "captions": ["a dog"]}
        """)
      let dataset = try directory.dataset()
      #expect(dataset.names == ["a.png"])
      #expect(
        dataset.damaged.map(\.name) == ["b.png (captions.jsonl:2)", directory.appending(path: "set-0.tar").plainPath])
    }
  }

  @Test("Every damaged line is named by its number, and the others are read, also after a damaged first line")
  func damaged() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      var bytes = Array("{\"file_name\": \"a.png\", \n".utf8)
      bytes += Array("{\"file_name\": \"a.png\", \"captions\": [\"".utf8) + [0xC3, 0x28] + Array("\"]}\n".utf8)
      bytes += Array(
        """
        {"file_name": "gone.png", "captions": ["a cat"]}
        {"captions": ["a cat"]}
        {"file_name": "a.png", "captions": []}
        {"file_name": "a.png", "captions": ["", "  "]}
        ["a.png", "a cat"]
        {"file_name": "a.png", "captions": ["a cat", null]}
        {"file_name": "", "captions": ["a cat"]}

        """.utf8)
      try directory.write("captions.jsonl", bytes)
      let dataset = try directory.dataset()
      #expect(dataset.captions == [["a cat"]])
      #expect(
        dataset.damaged.map(\.name) == [
          "captions.jsonl:1", "captions.jsonl:2", "gone.png (captions.jsonl:3)", "captions.jsonl:4",
          "a.png (captions.jsonl:5)", "a.png (captions.jsonl:6)", "captions.jsonl:7", "a.png (captions.jsonl:8)",
          " (captions.jsonl:9)",
        ])
      #expect(dataset.damaged[1].reason == "it is not valid UTF-8")
      #expect(dataset.damaged[3].reason == "it has no 'file_name'")
      #expect(dataset.damaged[7].reason == "1 of its 2 captions are empty; the others are used")
    }
  }

  @Test("A byte order mark and line ends of Windows play no part")
  func windows() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      try directory.write(
        "any.name", "\u{FEFF}{\"file_name\": \"a.png\", \"captions\": [\"a cat\"]}\r\n")
      #expect(try directory.dataset("any.name").captions == [["a cat"]])
    }
  }

  @Test("Lines of one image are one image with several captions, wherever they stand and however its name is spelled")
  func oneCaptionALine() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "b.png")
      try directory.write(
        "captions.jsonl",
        """
        {"file_name": "a.png", "caption": "a cat", "labels": ["cat"]}
        {"file_name": "a.png", "caption": "a pet", "labels": ["cat", "sofa"]}
        {"file_name": "b.png", "caption": "a dog"}
        {"file_name": "./a.png", "caption": "a tabby"}
        """)
      let dataset = try directory.dataset()
      #expect(dataset.names == ["a.png", "b.png"])
      #expect(dataset.captions == [["a cat", "a pet", "a tabby"], ["a dog"]])
      #expect(dataset.images[0].labels == ["cat", "sofa"])
    }
  }

  @Test("An image that is put into two splits stays two images, so that this can be told")
  func contradictorySplits() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      try directory.write(
        "captions.jsonl",
        """
        {"file_name": "a.png", "caption": "a cat", "split": "train"}
        {"file_name": "a.png", "caption": "a pet", "split": "test"}
        """)
      let dataset = try directory.dataset()
      #expect(dataset.splits == [.train, .test])
      #expect(dataset.captions == [["a cat"], ["a pet"]])
    }
  }

  @Test("A first line that is no JSON costs itself only, and is named with its column")
  func badFirstLine() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      try directory.write("captions.jsonl", "# exported 2024\n{\"file_name\": \"a.png\", \"caption\": \"a cat\"}\n")
      let dataset = try directory.dataset()
      #expect(dataset.format == "captions.jsonl")
      #expect(dataset.captions == [["a cat"]])
      #expect(
        dataset.damaged.map(\.description) == [
          "captions.jsonl:1: it is not valid JSON at column 1: no value begins here"
        ])
    }
  }

  @Test(
    "UTF-16, as PowerShell writes it, is read as UTF-8 is",
    arguments: [String.Encoding.utf16LittleEndian, .utf16BigEndian])
  func utf16(encoding: String.Encoding) throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      let line = "{\"file_name\": \"a.png\", \"caption\": \"a h\u{fc}ndchen \u{1F426}\"}\r\n"
      for mark in ["\u{FEFF}", ""] {
        try directory.write("captions.jsonl", [UInt8](try #require((mark + line).data(using: encoding))))
        #expect(try directory.dataset().captions == [["a h\u{fc}ndchen \u{1F426}"]])
      }
    }
  }

  @Test("Files named after splits are one dataset; others are ambiguous")
  func several() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      for name in ["train", "val"] {
        try directory.write("\(name).jsonl", "{\"file_name\": \"a.png\", \"caption\": \"a cat\"}\n")
      }
      #expect(try directory.dataset().splits == [.train, .validation])
      try directory.write("other.jsonl", "{\"file_name\": \"a.png\", \"caption\": \"a cat\"}\n")
      #expect(
        throws: DatasetError.ambiguous(
          path: directory.plainPath, candidates: ["other.jsonl", "train.jsonl", "val.jsonl"])
      ) {
        try directory.dataset()
      }
    }
  }

  @Test("Lines longer than the reader's buffer are read whole, in every position")
  func longLines() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      let captions = [3, 300_000, 5, 600_000].map { String(repeating: "a", count: $0) }
      try directory.write(
        "captions.jsonl", captions.map { "{\"file_name\": \"a.png\", \"caption\": \"\($0)\"}" }.joined(separator: "\n"))
      #expect(try directory.dataset().captions == [captions])
    }
  }
}
