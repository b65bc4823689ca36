import BatchCaptioning
import Captioning
import Foundation
import SystemPackage
import Testing

@Suite("COCO results")
struct COCOResultsFormatTests {
  private func row(_ path: FilePath, _ text: String = "a cat") throws -> String {
    String(decoding: try #require(COCOResultsFormat().row(WrittenImage.captioned(path, text))), as: UTF8.self)
  }

  @Test("An image that the captioner was not sure of has an empty caption")
  func unsure() throws {
    let row = try #require(COCOResultsFormat().row(WrittenImage.unsure))
    #expect(String(decoding: row, as: UTF8.self) == #"{"image_id":"a.jpg","caption":""}"#)
  }

  @Test(
    "An image whose name is a number has that number",
    arguments: [
      ("000000000139.jpg", "139"), ("val/COCO_val2014_000000000042.jpg", "42"), ("0.png", "0"), ("7", "7"),
      ("9223372036854775807.jpg", "9223372036854775807"),
    ])
  func number(name: String, id: String) throws {
    #expect(try row(FilePath(name)) == #"{"image_id":\#(id),"caption":"a cat"}"#)
  }

  @Test(
    "An image with any other name has its name",
    arguments: [
      ("photos/cat.jpg", "cat.jpg"), ("9223372036854775808.jpg", "9223372036854775808.jpg"), ("1.2.jpg", "1.2.jpg"),
      ("-3.jpg", "-3.jpg"), ("COCO_val2014_.jpg", "COCO_val2014_.jpg"), ("x_12.jpg", "x_12.jpg"), ("٣.jpg", "٣.jpg"),
      ("1\u{301}.jpg", "1\u{301}.jpg"),
    ])
  func name(name: String, id: String) throws {
    #expect(try row(FilePath(name)) == #"{"image_id":"\#(id)","caption":"a cat"}"#)
  }

  @Test("Captions and names come back as they were", arguments: WrittenImage.oddTexts)
  func oddTexts(text: String) throws {
    let row = try row(FilePath("photos/x\(text).jpg"), text)
    let object = try #require(JSONSerialization.jsonObject(with: Data(row.utf8)) as? [String: String])
    #expect(object["image_id"]?.utf8.elementsEqual("x\(text).jpg".utf8) == true)
    #expect(object["caption"]?.utf8.elementsEqual(text.utf8) == true)
  }

  @Test("Images without a caption have no row")
  func withoutCaption() {
    for image in WrittenImage.withoutCaption { #expect(COCOResultsFormat().row(image) == nil) }
  }
}
