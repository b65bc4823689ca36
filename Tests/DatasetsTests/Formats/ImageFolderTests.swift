import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Hugging Face imagefolder")
struct ImageFolderTests {
  @Test("One metadata.jsonl names the images of all folders, whose names are splits")
  func one() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("train/a.png", "test/b.png", "c.png")
      try directory.write(
        "metadata.jsonl",
        """
        {"file_name": "train/a.png", "text": "a cat"}
        {"file_name": "test/b.png", "text": "a dog"}
        {"file_name": "c.png", "text": "a cow"}
        """)
      for path in [nil, "metadata.jsonl"] {
        let dataset = try directory.dataset(path)
        #expect(dataset.format == "Hugging Face imagefolder")
        #expect(dataset.captions == [["a cat"], ["a dog"], ["a cow"]])
        #expect(dataset.splits == [.train, .test, nil])
      }
    }
  }

  @Test("Each split's folder may have its own metadata, as JSON or as a table")
  func splits() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("train/a.png", "validation/b.png", "other/c.png")
      try directory.write("train/metadata.jsonl", #"{"file_name": "a.png", "text": "a cat"}"#)
      try directory.write("validation/metadata.csv", "file_name,text\nb.png,\"a dog, asleep\"\n")
      let dataset = try directory.dataset()
      #expect(dataset.format == "Hugging Face imagefolder")
      #expect(dataset.names == ["a.png", "b.png"])
      #expect(dataset.captions == [["a cat"], ["a dog, asleep"]])
      #expect(dataset.splits == [.train, .validation])
    }
  }

  @Test("Damaged lines and missing images are named")
  func damaged() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      try directory.write(
        "metadata.jsonl",
        """
        {"file_name": "a.png", "text": "a cat"}
        {"file_name": "b.png", "text": "a dog"}
        {"file_name": "a.png", "text": 3}
        {"file_name"
        """)
      let dataset = try directory.dataset()
      #expect(dataset.names == ["a.png"])
      #expect(
        dataset.damaged.map(\.name) == ["b.png (metadata.jsonl:2)", "a.png (metadata.jsonl:3)", "metadata.jsonl:4"])
    }
  }

  @Test("A key prompt holds the caption where there is no text")
  func prompts() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("train/a.png")
      try directory.write("metadata.jsonl", #"{"file_name": "train/a.png", "prompt": "a cat"}"#)
      let dataset = try directory.dataset()
      #expect(dataset.captions == [["a cat"]])
      #expect(dataset.splits == [.train])
      #expect(try directory.dataset("metadata.jsonl").captions == [["a cat"]])
    }
  }
}
