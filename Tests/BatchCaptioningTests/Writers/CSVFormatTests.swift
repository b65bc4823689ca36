import BatchCaptioning
import Captioning
import SystemPackage
import Testing

@Suite("CSV")
struct CSVFormatTests {
  private let format = CSVFormat()

  /// Fields of records by RFC 4180, without trust: `nil` where the text does not follow it.
  private func parse(_ bytes: [UInt8]) -> [[String]]? {
    var (records, fields, rest) = ([[String]](), [String](), bytes[...])
    while !rest.isEmpty {
      var field: [UInt8] = []
      if rest.first == UInt8(ascii: "\"") {
        rest.removeFirst()
        while true {
          guard let quote = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
          field += rest[..<quote]
          rest = rest[(quote + 1)...]
          guard rest.first == UInt8(ascii: "\"") else { break }
          field.append(rest.removeFirst())
        }
      } else {
        let end = rest.firstIndex { [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0D, 0x0A].contains($0) } ?? rest.endIndex
        field += rest[..<end]
        rest = rest[end...]
      }
      fields.append(String(decoding: field, as: UTF8.self))
      if rest.first == UInt8(ascii: ",") {
        rest.removeFirst()
      } else if rest.starts(with: [0x0D, 0x0A]) {
        rest.removeFirst(2)
        records.append(fields)
        fields = []
      } else {
        return nil
      }
    }
    return fields.isEmpty ? records : nil
  }

  @Test("The columns are named, and lines end as RFC 4180 says")
  func columns() throws {
    let row = try #require(format.row(WrittenImage.captioned("a.jpg", "a cat, sleeping")))
    #expect(
      String(decoding: format.header + row, as: UTF8.self)
        == "path,caption,confidence,width,height,sha256,model,milliseconds,log_probability,reason,finish_reason\r\n"
        + "a.jpg,\"a cat, sleeping\",0.8765,640,480,\(WrittenImage.hexadecimal),default,12.346,-0.1317,,\r\n")
  }

  @Test("Names and captions come back as they were", arguments: WrittenImage.oddTexts)
  func oddTexts(text: String) throws {
    let row = try #require(format.row(WrittenImage.captioned(FilePath("photos/\(text).jpg"), text)))
    let records = try #require(parse(format.header + row))
    #expect(records.count == 2 && records.allSatisfy { $0.count == 11 })
    #expect(records[1][0].utf8.elementsEqual("photos/\(text).jpg".utf8))
    #expect(records[1][1].utf8.elementsEqual(text.utf8))
  }

  @Test("Bytes of a path that are no text are written as numbers")
  func latin1() throws {
    let row = try #require(format.row(WrittenImage.captioned(WrittenImage.latin1)))
    #expect(String(decoding: row, as: UTF8.self).hasPrefix(#"photos/\xE9.jpg,a cat,"#))
  }

  @Test("An image that the captioner was not sure of has a row without a caption, and why")
  func unsure() throws {
    let row = try #require(format.row(WrittenImage.unsure))
    #expect(
      String(decoding: row, as: UTF8.self)
        == "a.jpg,,0.0123,640,480,\(WrittenImage.hexadecimal),default,1.0,-2.5,not_a_photo,\r\n")
  }

  @Test("Images without a caption have no row")
  func withoutCaption() {
    for image in WrittenImage.withoutCaption { #expect(format.row(image) == nil) }
  }
}
