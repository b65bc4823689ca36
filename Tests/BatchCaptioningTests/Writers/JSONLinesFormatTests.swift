import BatchCaptioning
import Captioning
import Foundation
import SystemPackage
import Testing
import TextDecoding

@Suite("JSON lines")
struct JSONLinesFormatTests {
  private func object(_ image: FinishedImage) throws -> [String: Any] {
    let row = try #require(JSONLinesFormat().row(image))
    #expect(row.count { $0 == 0x0A } == 1 && row.last == 0x0A)
    return try #require(JSONSerialization.jsonObject(with: Data(row)) as? [String: Any])
  }

  @Test("A row has all that is known of a caption, in one order")
  func row() throws {
    let row = try #require(JSONLinesFormat().row(WrittenImage.captioned("photos/a.jpg", "a cat")))
    #expect(
      String(decoding: row, as: UTF8.self) == """
        {"path":"photos/a.jpg","caption":"a cat","confidence":0.8765,"log_probability":-0.1317,\
        "width":640,"height":480,"sha256":"\(WrittenImage.hexadecimal)","model":"default","milliseconds":12.346}

        """)
  }

  @Test("A row says why its caption ended, where that is known")
  func finishReason() throws {
    var caption = WrittenImage.caption("a cat")
    caption.finishReason = .length
    let object = try object(FinishedImage(WrittenImage.listed("a.jpg"), outcome: .captioned(caption)))
    #expect(object["finish_reason"] as? String == "length")
  }

  @Test("Names and captions come back as they were", arguments: WrittenImage.oddTexts)
  func oddTexts(text: String) throws {
    let object = try object(WrittenImage.captioned(FilePath("photos/\(text).jpg"), text))
    #expect((object["path"] as? String)?.unicodeScalars.elementsEqual("photos/\(text).jpg".unicodeScalars) == true)
    #expect((object["caption"] as? String)?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
    #expect(object["path_base64"] == nil)
  }

  @Test("A path that is not UTF-8 has its bytes besides")
  func latin1() throws {
    let object = try object(WrittenImage.captioned(WrittenImage.latin1))
    #expect(object["path"] as? String == #"photos/\xE9.jpg"#)
    let bytes = try #require((object["path_base64"] as? String).flatMap { Data(base64Encoded: $0) })
    #expect(Array(bytes) == WrittenImage.latin1.bytes)
  }

  @Test("An image that the captioner was not sure of has a row with null for a caption, and why")
  func unsure() throws {
    let object = try object(WrittenImage.unsure)
    #expect(object["caption"] is NSNull)
    #expect(object["reason"] as? String == "not_a_photo")
    #expect(object["confidence"] as? Double == 0.0123)
    #expect(object["log_probability"] as? Double == -2.5)
  }

  @Test("Images without a caption have no row")
  func withoutCaption() {
    for image in WrittenImage.withoutCaption { #expect(JSONLinesFormat().row(image) == nil) }
  }
}
