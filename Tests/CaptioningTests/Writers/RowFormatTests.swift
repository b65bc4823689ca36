import Captioning
import Foundation
import ModelFiles
import SystemPackage
import Testing

@Suite("Row formats")
struct RowFormatTests {
  private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

  @Test("A JSON line has path, caption, confidence, size, hash, model and milliseconds, in that order")
  func jsonLine() {
    let row = JSONLinesFormat().row(Finished.captioned("a/b.jpg", "A \"dog\"."))
    #expect(
      text(row) == #"{"path":"a/b.jpg","caption":"A \"dog\".","confidence":0.1235,"width":640,"height":480,"#
        + #""sha256":"\#(Finished.hash.hexadecimal)","model":"default","milliseconds":12.346}"# + "\n")
    #expect(JSONLinesFormat().row(Finished.failed("a.jpg")) == nil)
  }

  @Test("Every odd name and text is read back from a JSON line; one that is not UTF-8 from path_base64")
  func oddNamesInJSON() throws {
    struct Line: Decodable { let path, caption: String; let path_base64: Data? }
    for name in Finished.oddNames {
      let path = FilePath(bytes: name)
      let row = try #require(JSONLinesFormat().row(Finished.captioned(path, "\u{7F}\u{2028}\\ \(path.text)")))
      #expect(row.count { $0 == 0x0A } == 1)
      let line = try JSONDecoder().decode(Line.self, from: Data(row))
      #expect(line.path == path.text && line.caption == "\u{7F}\u{2028}\\ \(path.text)")
      #expect(line.path_base64.map(Array.init) ?? Array(line.path.utf8) == name)
    }
  }

  @Test("The ledger has code, stage, message and bytes read, of failures alone")
  func ledger() {
    #expect(
      text(ErrorLedgerFormat().row(Finished.failed("a.jpg")))
        == #"{"path":"a.jpg","code":"truncated","stage":"decode","message":"is \"cut\"","bytes_read":99}"# + "\n")
    #expect(ErrorLedgerFormat().row(Finished.captioned("a.jpg", "x")) == nil)
  }

  @Test("CSV quotes what needs it, as RFC 4180 says")
  func csv() {
    let format = CSVFormat()
    #expect(text(format.header)?.hasSuffix("milliseconds\r\n") == true)
    let row = format.row(Finished.captioned("a,\"b\"\n.jpg", "A dog, or so."))
    #expect(
      text(row)
        == "\"a,\"\"b\"\"\n.jpg\",\"A dog, or so.\",0.1235,640,480,\(Finished.hash.hexadecimal),default,12.346\r\n"
    )
    #expect(
      text(format.row(Finished.captioned(FilePath(bytes: [0x61, 0xFF]), " b")))?.hasPrefix("a\\xFF,\" b\",") == true)
  }

  @Test(
    "COCO images are called by the number in their name, others by the name",
    arguments: [
      ("val2014/COCO_val2014_000000000042.jpg", "42"), ("000000000139.jpg", "139"), ("a/dog 7.jpg", "\"dog 7.jpg\""),
      ("99999999999999999999.jpg", "\"99999999999999999999.jpg\""), ("COCO_x.jpg", "\"COCO_x.jpg\""),
      ("٣.jpg", "\"٣.jpg\""), ("7", "7"),
    ])
  func coco(path: String, id: String) {
    let row = COCOResultsFormat().row(Finished.captioned(FilePath(path), "c"))
    #expect(text(row) == "{\"image_id\":\(id),\"caption\":\"c\"}")
  }

  @Test("imagefolder metadata names images from its own directory")
  func imageFolder() {
    let format = ImageFolderFormat(directory: "/data/photos")
    for (path, expected) in [
      ("/data/photos/a/b.jpg", "a/b.jpg"), ("/data/other/c.jpg", "../other/c.jpg"),
      ("/data/photos/./x/../d.jpg", "d.jpg"),
    ] {
      let row = format.row(Finished.captioned(FilePath(path), "c"))
      #expect(text(row) == "{\"file_name\":\"\(expected)\",\"text\":\"c\"}\n")
    }
  }
}
