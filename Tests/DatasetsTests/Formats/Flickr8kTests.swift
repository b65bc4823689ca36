import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Flickr8k token files")
struct Flickr8kTests {
  private static let tokens = """
    a.png#0\tA cat .
    a.png#1\tA pet .
    b.png#0\tA dog .
    c.png#0\tA cow .
    d.png#0\tA hen .

    """

  @Test("Captions are put together by image; the lists beside give the splits, and what is on none is training data")
  func lists() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages(
        "Flicker8k_Dataset/a.png", "Flicker8k_Dataset/b.png", "Flicker8k_Dataset/c.png", "Flicker8k_Dataset/d.png")
      try directory.write("text/Flickr8k.token.txt", Self.tokens)
      try directory.write("text/Flickr8k.lemma.token.txt", Self.tokens)
      try directory.write("text/Flickr_8k.trainImages.txt", "a.png\n")
      try directory.write("text/Flickr_8k.devImages.txt", "b.png\r\n")
      try directory.write("text/Flickr_8k.testImages.txt", "c.png")
      for path in ["text", "text/Flickr8k.token.txt"] {
        let dataset = try directory.dataset(path)
        #expect(dataset.format == "Flickr8k token file")
        #expect(dataset.captions == [["A cat .", "A pet ."], ["A dog ."], ["A cow ."], ["A hen ."]])
        #expect(dataset.splits == [.train, .validation, .test, .train])
      }
    }
  }

  @Test("Without lists there are no splits, and with the training list alone what is not on it has none")
  func withoutLists() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "b.png", "c.png", "d.png")
      try directory.write("Flickr8k.token.txt", Self.tokens)
      #expect(try directory.dataset().splits == [nil, nil, nil, nil])
      try directory.write("Flickr_8k.trainImages.txt", "a.png\n")
      #expect(try directory.dataset().splits == [.train, nil, nil, nil])
    }
  }

  @Test("Damaged lines and missing images are named")
  func damaged() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      let lines: [[UInt8]] = [
        Array("a.png#0\tA cat .\n".utf8), Array("b.png#0\tA dog .\n".utf8), Array("a.png A pet\n".utf8),
        Array("a.png#1\tA ".utf8) + [0xE9, 0x0A], Array("a.png.1#0\tA cat .\n".utf8),
      ]
      try directory.write("Flickr8k.token.txt", lines.flatMap { $0 })
      let dataset = try directory.dataset()
      #expect(dataset.captions == [["A cat ."]])
      #expect(
        dataset.damaged.map(\.name) == [
          "Flickr8k.token.txt:3", "Flickr8k.token.txt:4", "b.png (Flickr8k.token.txt:2)",
          "a.png.1 (Flickr8k.token.txt:5)",
        ])
    }
  }
}
