import Datasets
import Foundation
import TestSupport
import Testing

@Suite("COCO annotations")
struct COCOTests {
  private static let annotations = """
    {
      "info": {"year": 2014},
      "images": [
        {"id": 9, "file_name": "COCO_9.png", "height": 8},
        {"id": 25, "file_name": "COCO_25.png"}
      ],
      "annotations": [
        {"id": 1, "image_id": 25, "caption": "a dog"},
        {"id": 2, "image_id": 9, "caption": "a cat"},
        {"id": 3, "image_id": 25, "caption": "a pet"}
      ]
    }
    """

  @Test(
    "Images are found beside the annotations, in a folder there, and in one above",
    arguments: ["annotations/", "annotations/images/", "train2014/", ""])
  func places(folder: String) throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("\(folder)COCO_9.png", "\(folder)COCO_25.png")
      try directory.write("annotations/captions_train2014.json", Self.annotations)
      for path in ["annotations/captions_train2014.json", "annotations", nil] {
        let dataset = try directory.dataset(path)
        #expect(dataset.format == "COCO annotations")
        #expect(dataset.names == ["COCO_9.png", "COCO_25.png"])
        #expect(dataset.captions == [["a cat"], ["a dog", "a pet"]])
        // One file alone may be meant for anything.
        #expect(dataset.splits == [nil, nil])
      }
    }
  }

  @Test("Images may be anywhere that the user says, and then are looked for only there")
  func imageDirectory() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("elsewhere/COCO_9.png", "elsewhere/COCO_25.png", "COCO_9.png")
      try directory.write("a.json", Self.annotations)
      let dataset = try directory.dataset("a.json", imageDirectory: "elsewhere")
      #expect(dataset.images.map(\.image.path).allSatisfy { $0.contains("/elsewhere/") })
      #expect(throws: DatasetError.self) { try directory.dataset("a.json", imageDirectory: "nowhere") }
    }
  }

  @Test("Files for training and validation in one directory are its splits; other annotations there are left alone")
  func splits() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("train2014/COCO_9.png", "train2014/COCO_25.png", "val2014/COCO_1.png")
      try directory.write("annotations/captions_train2014.json", Self.annotations)
      try directory.write("annotations/instances_train2014.json", Self.annotations)
      try directory.write(
        "annotations/captions_val2014.json",
        #"{"images":[{"id":1,"file_name":"COCO_1.png"}],"annotations":[{"image_id":1,"caption":"a cow"}]}"#)
      let dataset = try directory.dataset()
      #expect(dataset.names == ["COCO_9.png", "COCO_25.png", "COCO_1.png"])
      #expect(dataset.splits == [.train, .train, .validation])
    }
  }

  @Test("Damaged elements are named by their place, and the others are read")
  func damaged() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "b.png")
      try directory.write(
        "x.json",
        """
        {"images": [{"id": "a", "file_name": "a.png"}, {"id": 2}, {"id": 3, "file_name": "c.png"},
          {"id": 4, "file_name": "b.png"}],
         "annotations": [{"image_id": "a", "caption": "a cat"}, {"image_id": 7, "caption": "a dog"},
          {"caption": "a dog"}, {"image_id": 3, "caption": "a dog"}, {"image_id": 4, "caption": null}]}
        """)
      let dataset = try directory.dataset()
      #expect(dataset.names == ["a.png"])
      #expect(
        dataset.damaged.map(\.name) == [
          "x.json: annotations[1]", "x.json: annotations[2]", "x.json: images[1]", "c.png (x.json: images[2])",
          "b.png (x.json: images[3])",
        ])
      #expect(dataset.damaged[0].reason == "there is no image 7")
      #expect(dataset.damaged[4].reason == "its caption is empty")
    }
  }

  @Test("A file that breaks off is malformed as a whole")
  func truncated() throws {
    try withTemporaryDirectory { directory in
      try directory.write("x.json", String(Self.annotations.dropLast(20)))
      let error = #expect(throws: DatasetError.self) { try directory.dataset("x.json") }
      guard case .malformed(_, format: "COCO annotations", _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("An image without a file name is called as its address ends")
  func addresses() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("7.png")
      try directory.write(
        "captions.json",
        """
        {"images": [{"id": 7, "coco_url": "http://images.example/val/7.png"}],
         "annotations": [{"image_id": 7, "caption": "a cat"}]}
        """)
      let dataset = try directory.dataset()
      #expect(dataset.names == ["7.png"])
      #expect(dataset.captions == [["a cat"]])
    }
  }
}
