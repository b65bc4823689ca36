import Datasets
import Foundation
import TestSupport
import Testing

@Suite("JSON lists of captions")
struct JSONRecordListTests {
  private func dataset(_ json: String, images: String...) throws -> CaptionDataset {
    try withTemporaryDirectory { directory in
      for image in images { try directory.writeImages(image) }
      try directory.write("list.json", json)
      return try directory.dataset()
    }
  }

  @Test("Objects with image and caption, one or several, as LAVIS and BLIP have them; those of one image are one image")
  func records() throws {
    let dataset = try dataset(
      """
      [{"image": "a.png", "caption": "a cat", "image_id": "coco_1"}, {"image": "x/b.png", "caption": ["a dog", "a pet"]},
       {"image": "a.png", "caption": "a tabby", "image_id": "coco_1"}]
      """, images: "a.png", "x/b.png")
    #expect(dataset.format == "JSON list")
    #expect(dataset.names == ["a.png", "x/b.png"])
    #expect(dataset.captions == [["a cat", "a tabby"], ["a dog", "a pet"]])
  }

  @Test("The one answer of a conversation is a caption, as LLaVA has it; several answers are none")
  func conversations() throws {
    let turn = { (from: String, value: String) in #"{"from": "\#(from)", "value": "\#(value)"}"# }
    let question = turn("human", "<image>\\nWhat is this?")
    let dataset = try dataset(
      """
      [{"id": "1", "image": "a.png", "conversations": [\(question), \(turn("gpt", "a cat"))]},
       {"id": "2", "image": "b.png", "conversations":
         [\(question), \(turn("gpt", "a dog")), \(turn("human", "Big?")), \(turn("gpt", "no"))]}]
      """, images: "a.png", "b.png")
    #expect(dataset.captions == [["a cat"]])
    #expect(dataset.damaged.map(\.description) == ["b.png (list.json: [1]): it has no caption"])
  }

  @Test("An object of records by image, with or without its extension, as kohya's meta_cap.json; or of captions")
  func byName() throws {
    let records = try dataset(
      #"{"a": {"caption": "a cat", "tags": "cat"}, "x/b.png": {"caption": "a dog"}}"#, images: "a.webp", "x/b.png")
    #expect(records.captions == [["a cat"], ["a dog"]])
    let captions = try dataset(#"{"a.png": "a cat", "b.png": ["a dog", "a pet"]}"#, images: "a.png", "b.png")
    #expect(captions.captions == [["a cat"], ["a dog", "a pet"]])
  }

  @Test("COCO results name images by number or name; an empty caption is one that a captioner was not sure of")
  func results() throws {
    let dataset = try dataset(
      """
      [{"image_id": 139, "caption": "a cat"}, {"image_id": "b.png", "caption": "a dog"},
       {"image_id": 42, "caption": ""}, {"image_id": 42, "caption": "a cow"}, {"image_id": 7, "caption": "a horse"}]
      """, images: "000000000139.png", "b.png", "COCO_val2014_000000000042.png")
    #expect(dataset.names == ["000000000139.png", "b.png", "COCO_val2014_000000000042.png"])
    #expect(dataset.captions == [["a cat"], ["a dog"], ["a cow"]])
    #expect(dataset.damaged.map(\.name) == ["list.json: [4]"])
    #expect(dataset.damaged[0].reason.contains("the number 7"))
  }

  @Test("An element that is no record, or names no image, is named by its place")
  func damaged() throws {
    let dataset = try dataset(
      #"[{"image": "a.png", "caption": "a cat"}, 7, {"caption": "a dog"}, {"image": "gone.png", "caption": "a cow"}]"#,
      images: "a.png")
    #expect(dataset.captions == [["a cat"]])
    #expect(dataset.damaged.map(\.name) == ["list.json: [1]", "list.json: [2]", "gone.png (list.json: [3])"])
  }

  @Test("A file that breaks off or is no JSON is refused with line and column")
  func malformed() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      let start = "[\n{\"image\": \"a.png\", \"caption\": \"a cat\"},\n"
      for (end, problem) in [
        ("{\"image\": ", "line 3, column 11: it ends where a value should be"),
        ("]", "line 3, column 1: a comma stands before ]"),
      ] {
        let path = try directory.write("list.json", start + end).plainPath
        #expect(
          throws: DatasetError.malformed(path: path, format: "JSON list", problem: "it is not valid JSON at \(problem)")
        ) {
          try directory.dataset()
        }
      }
    }
  }

  @Test("Files named after splits are one dataset")
  func splits() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "b.png")
      try directory.write("coco_karpathy_train.json", #"[{"image": "a.png", "caption": "a cat"}]"#)
      try directory.write("coco_karpathy_val.json", #"[{"image": "b.png", "caption": ["a dog"]}]"#)
      #expect(try directory.dataset().splits == [.train, .validation])
    }
  }

  @Test(
    "Other JSON is no dataset", arguments: ["[1, 2]", "[]", #"{"name": {"version": 1}}"#, #"[{"image": "a.png"}]"#])
  func other(json: String) {
    #expect(throws: DatasetError.self) { try dataset(json, images: "a.png") }
  }
}
