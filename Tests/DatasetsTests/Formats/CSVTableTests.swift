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

  @Test("Bars separate, too, with spaces beside them and quotes that mean nothing, as in Kaggle's Flickr30k")
  func bars() throws {
    let dataset = try captions(
      "image_name| comment_number| comment\na.png| 0| a \"red\" car\na.png| 1| \"Hi\" says a man .\nb.png| 0| a dog\n")
    #expect(dataset.names == ["a.png", "b.png"])
    #expect(dataset.captions == [[" a \"red\" car", " \"Hi\" says a man ."], [" a dog"]])
  }

  @Test("A first line sep=; names the delimiter, as Excel has it", arguments: ["sep=;", "\"sep=;\"", "SEP=;"])
  func namedDelimiter(line: String) throws {
    let dataset = try captions("\u{FEFF}\(line)\r\nimage;caption\r\na.png;\"a cat, asleep\"\r\n")
    #expect(dataset.captions == [["a cat, asleep"]])
    #expect(dataset.damaged.isEmpty)
  }

  @Test("A column prompt or comment holds captions where no column of a better name is there")
  func otherNames() throws {
    #expect(try captions("image,prompt\na.png,a cat\n").captions == [["a cat"]])
    #expect(try captions("image,prompt,text\na.png,a cat,a pet\n").captions == [["a pet"]])
  }

  @Test("A table with comments on images is no dataset where there is another one")
  func besideSidecars() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      try directory.write("a.txt", "a cat")
      try directory.write("notes.csv", "image,comment\na.png,taken in May\n")
      #expect(try directory.dataset().captions == [["a cat"]])
      #expect(try directory.dataset("notes.csv").captions == [["taken in May"]])
    }
  }

  @Test("Columns that are chosen are taken, whatever others there are")
  func chosen() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png", "b.png")
      try directory.write("a.csv", "image,Shown,caption,words\na.png,b.png,a cat,a dog\n")
      let dataset = try directory.dataset("a.csv", columns: CaptionColumns(image: "shown", caption: "words"))
      #expect(dataset.names == ["b.png"])
      #expect(dataset.captions == [["a dog"]])
    }
  }

  @Test("A row with a reason in place of a caption, as caption batch writes it, is no sample and no damage")
  func notSure() throws {
    let dataset = try captions("path,caption,reason\na.png,a cat,\nb.png,,not a photo\n")
    #expect(dataset.names == ["a.png"])
    #expect(dataset.damaged.isEmpty)
  }

  @Test("Excel's text in UTF-16 is read")
  func utf16() throws {
    try withTemporaryDirectory { directory in
      try directory.writeImages("a.png")
      let text = try #require("\u{FEFF}image\tcaption\r\na.png\tcaf\u{e9}\r\n".data(using: .utf16LittleEndian))
      try directory.write("a.txt", [UInt8](text))
      #expect(try directory.dataset("a.txt").captions == [["caf\u{e9}"]])
    }
  }

  @Test("A table without such columns is no dataset")
  func otherTable() {
    #expect(throws: DatasetError.self) { try captions("image,label\na.png,3\n") }
  }
}
