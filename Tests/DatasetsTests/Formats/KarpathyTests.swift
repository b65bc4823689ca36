import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Karpathy splits")
struct KarpathyTests {
  @Test("Sentences, splits and folders are read; restval is training data")
  func sound() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("train2014/a.png", "val2014/b.png", "val2014/c.png", "val2014/d.png")
      try directory.write(
        "dataset_coco.json",
        """
        {"images": [
        {"filepath": "train2014", "filename": "a.png", "split": "train", "imgid": 0, "sentids": [0, 1],
         "sentences": [{"tokens": ["a", "cat"], "raw": "A cat."}, {"tokens": ["a"], "raw": "A pet."}]},
        {"filepath": "val2014", "filename": "b.png", "split": "restval", "sentences": [{"raw": "A dog."}]},
        {"filepath": "val2014", "filename": "c.png", "split": "val", "sentences": [{"raw": "A cow."}]},
        {"filename": "d.png", "split": "test", "sentences": [{"raw": "A hen."}]}
        ], "dataset": "coco"}
        """)
      for path in [nil, "dataset_coco.json"] {
        let dataset = try directory.dataset(path)
        #expect(dataset.format == "Karpathy splits")
        #expect(dataset.names == ["a.png", "b.png", "c.png", "d.png"])
        #expect(dataset.captions == [["A cat.", "A pet."], ["A dog."], ["A cow."], ["A hen."]])
        #expect(dataset.splits == [.train, .train, .validation, .test])
        #expect(dataset.damaged.isEmpty)
      }
    }
  }

  @Test("Images without a name, file or sentence are named; an unknown split stops")
  func damaged() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      func json(split: String) -> String {
        """
        {"images": [{"filename": "a.png", "split": "\(split)", "sentences": [{"raw": "A cat."}]},
        {"split": "train", "sentences": []}, {"filename": "b.png", "sentences": [{"raw": "A cat."}]},
        {"filename": "a.png", "sentences": []}]}
        """
      }
      try directory.write("dataset.json", json(split: "train"))
      let dataset = try directory.dataset()
      #expect(dataset.names == ["a.png"])
      #expect(
        dataset.damaged.map(\.name) == [
          "dataset.json: images[1]", "b.png (dataset.json: images[2])", "a.png (dataset.json: images[3])",
        ])
      try directory.write("dataset.json", json(split: "held out"))
      #expect(throws: DatasetError.unknownSplit(place: "dataset.json: images[0]", name: "held out")) {
        try directory.dataset()
      }
    }
  }
}
