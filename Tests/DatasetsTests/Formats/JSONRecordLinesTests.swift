import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Lines of JSON with other keys")
struct JSONRecordLinesTests {
  @Test("What caption batch writes is read back; what it was not sure of is no sample")
  func batch() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("p/a.png", "p/b.png")
      try directory.write(
        "captions.jsonl",
        """
        {"path":"p/a.png","caption":"a cat","confidence":0.31,"log_probability":-1.2,"width":8,"height":8}
        {"path":"p/b.png","caption":null,"reason":"not a photo","confidence":0.01}
        """)
      for path in [nil, "captions.jsonl"] {
        let dataset = try directory.dataset(path)
        #expect(dataset.format == "JSON lines")
        #expect(dataset.names == ["p/a.png"])
        #expect(dataset.captions == [["a cat"]])
        #expect(dataset.damaged.isEmpty)
      }
    }
  }

  @Test("A path that goes on behind a shard's leads to its member, of just that shard")
  func shards() throws {
    try withTemporaryDirectory { directory in
      for (shard, image) in [("0", try Samples.image()), ("1", try Samples.otherImage())] {
        var tar = TarBuilder()
        tar.add("./x/a.png", image)
        try directory.write("shards/\(shard).tar", tar.finished())
      }
      try directory.write(
        "captions.jsonl",
        """
        {"path":"shards/1.tar/./x/a.png","caption":"a dog"}
        {"path":"shards/0.tar/x/a.png","caption":"a cat"}
        {"path":"shards/0.tar/gone.png","caption":"a cow"}
        """)
      let dataset = try directory.dataset()
      #expect(dataset.captions == [["a dog"], ["a cat"]])
      #expect(try dataset.images.map { try $0.image.bytes() } == [Samples.otherImage(), Samples.image()])
      #expect(dataset.damaged.map(\.name) == ["shards/0.tar/gone.png (captions.jsonl:3)"])
    }
  }

  @Test("Keys that are chosen are taken")
  func chosen() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      try directory.write("list.jsonl", #"{"picture": "a.png", "de": "eine Katze", "caption": "a cat"}"#)
      #expect(throws: DatasetError.self) { try directory.dataset() }
      let dataset = try directory.dataset(columns: CaptionColumns(image: "picture", caption: "de"))
      #expect(dataset.captions == [["eine Katze"]])
    }
  }

  @Test(
    "Of a captions.jsonl of which no line can be read, lines and columns are told", arguments: [nil, "captions.jsonl"])
  func unreadable(path: String?) throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      try directory.write("captions.jsonl", #"{"file_name": "a.png", "caption": "a cat", "score": NaN}"# + "\n")
      let dataset = try directory.dataset(path)
      #expect(dataset.images.isEmpty)
      #expect(
        dataset.damaged.map(\.description) == [
          "captions.jsonl:1: it is not valid JSON at column 53: NaN is no JSON; write null"
        ])
    }
  }

  @Test(
    "What is wrong with a line is told with its column",
    arguments: [
      (#"{"path": "a.png", "caption": "a}"#, 33, "it ends within a text"),
      (#"{"caption": "a",}"#, 17, "a comma stands before }"),
      (#"{"path": "a.png" "caption": "a"}"#, 18, "a comma or } should be here"),
      (#"{"path": "a.png", 'caption': "a"}"#, 19, "a name in double quotes should be here"),
      ("{\"\u{e9}\": 1, \"n\": 01}", 15, "a number begins with 0"),
      (#"{"path": "a.png", "n": -Infinity}"#, 25, "Infinity is no JSON; write null"),
      (#"{"n": 1.}"#, 9, "a digit should be here"),
      (#"{"path": "C:\x.png"}"#, 13, "a backslash before this character means nothing; write \\\\"),
      (#"{"path": "\u12"}"#, 11, "four hexadecimal digits should follow \\u"),
      (#"{"path": "a.png"} x"#, 19, "something follows the value"),
      ("{\"path\": \"a\tb\"}", 12, "a control character stands in a text; write \\n for a line's end, \\t for a tab"),
      (#"{"path": ["a.png", ]}"#, 20, "a comma stands before ]"),
      (#"{"path": True}"#, 10, "True is no JSON; write true"),
    ])
  func faults(line: String, column: Int, problem: String) throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      let sound = #"{"path": "a.png", "caption": "a cat"}"#
      try directory.write("a.jsonl", "\(sound)\n\(line)\n")
      #expect(
        try directory.dataset("a.jsonl").damaged.map(\.description) == [
          "a.jsonl:2: it is not valid JSON at column \(column): \(problem)"
        ])
    }
  }
}
