import Datasets
import Foundation
import TestSupport
import Testing

@Suite("CSV tables")
struct CSVTableTests {
  private func captions(_ text: String, file: String = "a.csv") throws -> CaptionDataset {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "b.png")
      try directory.write(file, text)
      return try directory.dataset(file)
    }
  }

  @Test(
    "Columns are known by their names, whatever their order and the delimiter",
    arguments: [
      "image,caption\na.png,a cat\n", "File_Name\tText\r\na.png\ta cat\r\n", "\u{FEFF}id;captions;path\n1;a cat;a.png",
      "caption,other,filename\n\"a cat\",,\"a.png\"",
    ])
  func columns(text: String) throws {
    let dataset = try captions(text)
    #expect(dataset.format == "CSV table")
    #expect(dataset.names == ["a.png"])
    #expect(dataset.captions == [["a cat"]])
  }

  @Test("Quoted fields hold delimiters, quotes and line ends")
  func quotes() throws {
    let dataset = try captions("image,caption\na.png,\"a \"\"big\"\" cat,\r\nasleep\"\nb.png,5\" high\n")
    #expect(dataset.captions == [["a \"big\" cat,\nasleep"], ["5\" high"]])
  }

  @Test("Rows of one image are put together; several columns and JSON lists are several captions")
  func merged() throws {
    let rows = try captions("image,caption\na.png,a cat\nb.png,a dog\na.png,a pet\n")
    #expect(rows.captions == [["a cat", "a pet"], ["a dog"]])
    let columns = try captions("image,caption_1,caption_2\na.png,a cat,a pet\n")
    #expect(columns.captions == [["a cat", "a pet"]])
    let list = try captions("image,captions\na.png,\"[\"\"a cat\"\", \"\"a pet\"\"]\"\nb.png,[a dog]\n")
    #expect(list.captions == [["a cat", "a pet"], ["[a dog]"]])
  }

  @Test("A column gives the split; a row that contradicts an earlier one is named and left out")
  func splits() throws {
    let dataset = try captions("image,caption,split\na.png,a cat,train\nb.png,a dog,dev\na.png,a pet,test\n")
    #expect(dataset.splits == [.train, .validation])
    #expect(dataset.captions == [["a cat"], ["a dog"]])
    #expect(
      dataset.damaged.map(\.description) == ["a.csv:4: it puts a.png into another split than a.csv:2 does"])
    #expect(throws: DatasetError.unknownSplit(place: "a.csv:2", name: "held out")) {
      try captions("image,caption,split\na.png,a cat,held out\n")
    }
  }

  @Test("A damaged row costs itself only, and is named by its first line")
  func damaged() throws {
    let dataset = try captions(
      "image,caption\na.png,\"a cat\nb.png,\"a dog\"\nb.png\na.png,x,y\na.png,\"a pet\" too\n\nb.png,\na.png,\"a cow\nor"
    )
    #expect(
      dataset.damaged.map(\.name) == [
        "a.csv:2", "a.csv:4", "a.csv:5", "a.csv:6", "a.csv:9", "a.csv:10", "b.png (a.csv:3)",
      ])
    #expect(dataset.damaged[0].reason == "something follows a closing quote")
    #expect(dataset.damaged[1].reason == "it has 1 fields, the header 2")
    #expect(dataset.damaged[4].reason == "a quote is not closed")
    #expect(dataset.captions == [["a dog"]])
  }

  @Test("Text that is not UTF-8 damages its row")
  func encoding() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      try directory.write("a.csv", Array("image,caption\na.png,caf".utf8) + [0xE9, 0x0A] + Array("a.png,a cat".utf8))
      let dataset = try directory.dataset()
      #expect(dataset.captions == [["a cat"]])
      #expect(dataset.damaged.map(\.description) == ["a.csv:2: it is not valid UTF-8"])
    }
  }

  @Test("Tab-separated text whose quotes mean nothing is taken as it stands")
  func tabs() throws {
    let dataset = try captions("image\tcaption\na.png\t\"Hi\" says a cat\nb.png\t\"a dog\n", file: "a.tsv")
    #expect(dataset.captions == [["\"Hi\" says a cat"], ["\"a dog"]])
  }

  @Test("A table without such columns is no dataset")
  func otherTable() {
    #expect(throws: DatasetError.self) { try captions("image,label\na.png,3\n") }
  }
}
